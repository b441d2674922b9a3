package dev.idem.relation;

import dev.idem.change.TableId;
import dev.idem.engine.EngineTables;
import dev.idem.source.SourceFault;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tables whose columns the engine cannot tell apart, because their names differ by case only.
 *
 * <p>Where the engine finds such a table in the catalogue at its start, it ends. So it is told of an alias in the
 * table's place: no such table is in the catalogue, and the stream's changes come under the alias
 * ({@link EngineTables}).
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> Debezium 3.6.3, {@code JdbcConnection.getColumnsDetails}.
 */
public final class ColumnsByCase {

    private static final String COLUMNS = """
            select n.nspname, c.relname, array_agg(a.attname::text)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid
            where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
            group by c.oid, n.nspname, c.relname
            """;

    /** Makes a name longer than any that PostgreSQL allows, so that it is nobody's. */
    private static final String ALIAS_ENDING = "~".repeat(64);

    private ColumnsByCase() {}

    /** The tables of the source that have such columns now. */
    public static Set<TableId> tables(Connection source) {
        Set<TableId> tables = new TreeSet<>();
        try (PreparedStatement statement = source.prepareStatement(COLUMNS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Array names = row.getArray(3);
                if (!RelationMessage.canBeToldApart(Arrays.asList((String[]) names.getArray()))) {
                    tables.add(new TableId(row.getString(1), row.getString(2)));
                }
            }
        } catch (SQLException e) {
            throw SourceFault.of("listing the columns of the source's tables", e);
        }
        return tables;
    }

    /** The name under which the engine is told of such a table. */
    public static TableId alias(TableId table) {
        return new TableId(table.schema(), table.name() + ALIAS_ENDING);
    }
}
