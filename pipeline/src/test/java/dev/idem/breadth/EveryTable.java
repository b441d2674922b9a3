package dev.idem.breadth;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes a few rows of any table, whatever it looks like. What the server refuses is left.
 *
 * <p><i>Threads:</i> one thread.
 */
final class EveryTable {

    private static final String COLUMNS = """
            select quote_ident(a.attname), a.attgenerated <> '' or a.attidentity = 'a', a.attnotnull
            from pg_attribute a
            where a.attrelid = '%s'::regclass and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """;

    private final Connection source;

    EveryTable(Connection source) {
        this.source = source;
    }

    /** A column of a table. */
    private record Target(String name, boolean computed, boolean notNull) {}

    /** How many statements went through. */
    int change(String table) throws SQLException {
        List<Target> columns = columns(table);
        String listed = String.join(
                ", ",
                columns.stream()
                        .filter(c -> !isGenerated(table, c))
                        .map(Target::name)
                        .toList());
        List<String> statements = new ArrayList<>();
        for (Target column : columns) {
            if (!column.computed()) {
                statements.add("update " + table + " set " + column.name() + " = " + column.name() + some(table, 2, 0));
                if (!column.notNull()) {
                    statements.add("update " + table + " set " + column.name() + " = null" + some(table, 1, 3));
                }
            }
        }
        if (!listed.isEmpty()) {
            statements.add("with gone as (delete from " + table + some(table, 2, 1) + " returning *) insert into "
                    + table + " (" + listed + ") overriding system value select " + listed + " from gone");
            statements.add("insert into " + table + " (" + listed + ") overriding system value select " + listed
                    + " from " + table + " limit 2");
        }
        statements.add("insert into " + table + " default values");
        statements.add("delete from " + table + some(table, 1, 2));
        int done = 0;
        for (String statement : statements) {
            done += tried(statement) ? 1 : 0;
        }
        return done;
    }

    private static String some(String table, int rows, int from) {
        return " where (tableoid, ctid) in (select tableoid, ctid from " + table + " limit " + rows + " offset " + from
                + ")";
    }

    private boolean isGenerated(String table, Target column) {
        return column.computed() && !identities(table).contains(column.name());
    }

    private List<String> identities(String table) {
        try (Statement statement = source.createStatement();
                ResultSet row =
                        statement.executeQuery("select quote_ident(attname) from pg_attribute where attrelid = '"
                                + table.replace("'", "''") + "'::regclass and attidentity <> ''")) {
            List<String> names = new ArrayList<>();
            while (row.next()) {
                names.add(row.getString(1));
            }
            return names;
        } catch (SQLException e) {
            throw new IllegalStateException(table, e);
        }
    }

    private List<Target> columns(String table) throws SQLException {
        List<Target> columns = new ArrayList<>();
        try (Statement statement = source.createStatement()) {
            statement.setEscapeProcessing(false);
            try (ResultSet row = statement.executeQuery(COLUMNS.formatted(table.replace("'", "''")))) {
                while (row.next()) {
                    columns.add(new Target(row.getString(1), row.getBoolean(2), row.getBoolean(3)));
                }
            }
        }
        return columns;
    }

    private boolean tried(String sql) {
        try (Statement statement = source.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }
}
