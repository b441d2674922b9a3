package dev.idem.relation;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.Generation;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.publish.Publisher;
import dev.idem.source.PublishedTable;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds tables whose columns have changed without a write that would have made the stream tell of it.
 *
 * <p>The stream describes a table before its next change. Where none comes, the warehouse would keep the old columns,
 * and the old values where the source has rewritten its rows. So a definition that the stream has passed without a word
 * is published by itself, or the table is asked to be read anew where {@link RereadRule} wants it.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class QuietChanges {

    /*
     * The position is taken behind the look at the catalogue. A write under an older definition has committed before
     * that, since its lock and that of the definition's change exclude each other; so from that position on the
     * definition holds, or a younger one, which the stream would have told of.
     */

    private static final Logger LOG = LoggerFactory.getLogger(QuietChanges.class);
    private static final String COLUMNS = """
            select a.attrelid::bigint, a.attnum, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                || case when a.attgenerated <> '' then ' ' || pg_get_expr(d.adbin, d.adrelid) else '' end
            from pg_attribute a
            join pg_class c on c.oid = a.attrelid
            left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where c.relkind in ('r', 'p') and c.relpersistence = 'p' and not c.relispartition
                and a.attrelid >= 16384 and a.attnum > 0 and not a.attisdropped
            """;

    private final SourceDatabase source;
    private final Definitions definitions;
    private final Publisher publisher;
    private final Options options;
    private final Map<Long, Lsn> pending = new HashMap<>();

    /**
     * What it has to know.
     *
     * @param epoch of the stream
     * @param publication whose lists of columns count
     * @param narrowed whether the user's options leave columns out
     */
    public record Options(int epoch, String publication, boolean narrowed) {}

    /**
     * Compares what the source's catalogue says with what the definitions know.
     *
     * @param publisher takes what the stream does not tell
     */
    public QuietChanges(SourceDatabase source, Definitions definitions, Publisher publisher, Options options) {
        this.source = source;
        this.definitions = definitions;
        this.publisher = publisher;
        this.options = options;
    }

    /** Looks which of these relations differ from what the log knows of them. */
    public void look(Collection<Long> relations) {
        if (options.narrowed()) {
            return;
        }
        Map<Long, SortedMap<Integer, String>> columns = columns();
        Map<Long, TableDefinition> newest = definitions.newest();
        Lsn behind = source.walInsertEnd();
        pending.clear();
        for (Long relation : relations) {
            TableDefinition known = newest.get(relation);
            SortedMap<Integer, String> now = columns.get(relation);
            if (known != null && now != null && !now.equals(columns(known))) {
                pending.put(relation, behind);
            }
        }
    }

    /** Publishes what the stream has passed without a word. */
    public void publish(Lsn published) {
        if (pending.values().stream().noneMatch(behind -> behind.compareTo(published) <= 0)) {
            return;
        }
        Map<Long, TableDefinition> newest = definitions.newest();
        for (Iterator<Map.Entry<Long, Lsn>> due = pending.entrySet().iterator(); due.hasNext(); ) {
            Map.Entry<Long, Lsn> entry = due.next();
            if (entry.getValue().compareTo(published) <= 0) {
                due.remove();
                TableDefinition known = newest.get(entry.getKey());
                if (known != null) {
                    publish(known, entry.getValue());
                }
            }
        }
    }

    private void publish(TableDefinition known, Lsn behind) {
        Optional<TableDefinition> now = now(known.table());
        if (now.isEmpty()
                || now.get().relation() != known.relation()
                || columns(now.get()).equals(columns(known))) {
            return;
        }
        TableDefinition definition = now.get();
        Optional<String> reason =
                RereadRule.reason(known, definition, new RelationCatalogue(source.connection()).factsOf(definition));
        if (reason.isPresent()) {
            publisher.requestReread(definition.table(), reason.get());
            publisher.publishRequests();
            return;
        }
        LOG.info("columns have changed without a write table={}", definition.table());
        synchronized (publisher) {
            TableDefinition numbered = definitions.register(definition, new Version(options.epoch(), behind, 0));
            publisher.publishDefinitions(definitions.takeUnpublished(), List.of(numbered));
        }
    }

    private Optional<TableDefinition> now(TableId table) {
        return new PublishedTables(source.connection(), options.publication())
                .find(table)
                .map(PublishedTable::definition);
    }

    private static SortedMap<Integer, String> columns(TableDefinition definition) {
        SortedMap<Integer, String> columns = new TreeMap<>();
        for (ColumnDefinition column : definition.columns()) {
            Generation generation = column.generation();
            columns.put(
                    column.number(),
                    column.name() + ' ' + column.type() + (generation == null ? "" : ' ' + generation.expression()));
        }
        return columns;
    }

    private Map<Long, SortedMap<Integer, String>> columns() {
        Map<Long, SortedMap<Integer, String>> columns = new HashMap<>();
        try (PreparedStatement statement = source.connection().prepareStatement(COLUMNS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                columns.computeIfAbsent(row.getLong(1), relation -> new TreeMap<>())
                        .put(row.getInt(2), row.getString(3));
            }
        } catch (SQLException e) {
            throw SourceFault.of("reading the columns of the source's tables", e);
        }
        return columns;
    }
}
