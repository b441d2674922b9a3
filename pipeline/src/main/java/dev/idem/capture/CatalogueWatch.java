package dev.idem.capture;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the source's catalogue for tables that the stream does not have: new, made again, renamed.
 *
 * <p><i>Threads:</i> one thread.
 */
final class CatalogueWatch {

    private static final Logger LOG = LoggerFactory.getLogger(CatalogueWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final SourceDatabase source;
    private final TablePatterns patterns;
    private final Map<TableId, Long> streamed;
    private final Set<TableId> gone = new TreeSet<>();
    private long lastNanos = System.nanoTime();

    /** A watch for what differs from {@code streamed}, the tables and their {@code pg_class.oid}. */
    CatalogueWatch(SourceDatabase source, TablePatterns patterns, Map<TableId, Long> streamed) {
        this.source = source;
        this.patterns = patterns;
        this.streamed = Map.copyOf(streamed);
    }

    /** The tables that are there and are not streamed, where it is time to look again; else none. */
    Set<TableId> newTables() {
        if (System.nanoTime() - lastNanos < INTERVAL.toNanos()) {
            return Set.of();
        }
        lastNanos = System.nanoTime();
        List<TableId> chosen = new SourceCatalogue(source.connection())
                .tables(patterns).stream()
                        .filter(SourceTable::isReplicable)
                        .map(SourceTable::table)
                        .toList();
        Map<TableId, Long> now = relations(source, chosen);
        for (TableId table : streamed.keySet()) {
            if (!now.containsKey(table) && gone.add(table)) {
                LOG.warn("table is gone from the source, the warehouse keeps its own table={}", table);
            }
        }
        Set<TableId> fresh = new TreeSet<>();
        now.forEach((table, relation) -> {
            if (!Objects.equals(streamed.get(table), relation)) {
                fresh.add(table);
            }
        });
        return fresh;
    }

    /** The tables of which the log knows nothing: not these names of these relations. */
    static Set<TableId> unknown(Map<TableId, Long> tables, Collection<TableDefinition> known) {
        Set<TableId> unknown = new TreeSet<>(tables.keySet());
        known.forEach(definition -> {
            if (Objects.equals(tables.get(definition.table()), definition.relation())) {
                unknown.remove(definition.table());
            }
        });
        return unknown;
    }

    /** The {@code pg_class.oid} of each of these tables that there is. */
    static Map<TableId, Long> relations(SourceDatabase source, Collection<TableId> tables) {
        Set<TableId> wanted = new TreeSet<>(tables);
        Map<TableId, Long> relations = new TreeMap<>();
        String sql = "select n.nspname, c.relname, c.oid::bigint from pg_class c"
                + " join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')";
        try (PreparedStatement statement = source.connection().prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                TableId table = new TableId(row.getString(1), row.getString(2));
                if (wanted.contains(table)) {
                    relations.put(table, row.getLong(3));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the source's tables", e);
        }
        return relations;
    }
}
