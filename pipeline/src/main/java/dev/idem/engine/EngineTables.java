package dev.idem.engine;

import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.relation.ColumnsByCase;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The names under which the engine knows the stream's tables.
 *
 * <p>The engine chooses tables by the names that they have when it starts, and the stream names them as of its place in
 * the WAL. So each table keeps the name that the catalogue had at the start, whatever the stream calls it earlier or
 * later; our own definitions have its real name. A table that the engine could not read at its start has an alias
 * ({@link ColumnsByCase}).
 *
 * <p><i>Threads:</i> one thread, the one that streams.
 */
public final class EngineTables {

    private final Predicate<TableId> chosen;
    private final Map<Long, TableId> names;
    private final Map<Long, TableId> lastSeen = new HashMap<>();

    EngineTables(Map<Long, TableId> names, Predicate<TableId> chosen) {
        this.names = new HashMap<>(names);
        this.chosen = chosen;
    }

    static EngineTables of(PostgresConnection connection, PostgresConnectorConfig config) throws SQLException {
        Predicate<TableId> chosen = table -> config.getTableFilters()
                .dataCollectionFilter()
                .isIncluded(new io.debezium.relational.TableId(null, table.schema(), table.name()));
        Map<Long, TableId> names = connection.queryAndMap("""
                select c.oid::bigint, n.nspname, c.relname
                from pg_catalog.pg_class c
                join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p')
                """, row -> {
            Map<Long, TableId> found = new HashMap<>();
            while (row.next()) {
                TableId table = new TableId(row.getString(2), row.getString(3));
                TableId alias = ColumnsByCase.alias(table);
                if (chosen.test(table)) {
                    found.put(row.getLong(1), table);
                } else if (chosen.test(alias)) {
                    found.put(row.getLong(1), alias);
                }
            }
            return found;
        });
        return new EngineTables(names, chosen);
    }

    /**
     * The engine's name of a table.
     *
     * @throws PipelineException of kind SOURCE_UNREACHABLE, so that the engine starts anew, where a table was renamed
     *     and another one made under the name that the engine still has for it
     */
    TableId nameOf(long relation, TableId inStream) {
        lastSeen.put(relation, inStream);
        TableId given = names.get(relation);
        if (given != null) {
            return given;
        }
        TableId name = chosen.test(inStream) ? inStream : ColumnsByCase.alias(inStream);
        if (!chosen.test(name)) {
            return inStream;
        }
        names.entrySet().stream()
                .filter(holder -> holder.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .ifPresent(holder -> takeOver(holder, inStream));
        names.put(relation, name);
        return name;
    }

    private void takeOver(long holder, TableId name) {
        TableId seen = lastSeen.getOrDefault(holder, name);
        if (!seen.equals(name)) {
            throw new PipelineException(
                    ErrorKind.SOURCE_UNREACHABLE,
                    "table " + name + " was renamed to " + seen + " and another table was made under its name"
                            + " (expected: neither while the engine runs; it starts anew)");
        }
        names.remove(holder);
    }
}
