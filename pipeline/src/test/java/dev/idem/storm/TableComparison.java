package dev.idem.storm;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares a table of the source with the warehouse's, every value as PostgreSQL prints it, doubled rows counted. */
public final class TableComparison {

    private static final int ENOUGH = 10;
    private static final int LONGEST = 200;

    private TableComparison() {}

    /** The first rows that only one side has; none where the tables are equal. */
    public static List<String> differences(Connection source, Connection warehouse, String table) throws SQLException {
        String sql = rows(source, table);
        List<String> differences = new ArrayList<>();
        try (Statement left = cursor(source);
                Statement right = cursor(warehouse);
                ResultSet expected = left.executeQuery(sql);
                ResultSet found = right.executeQuery(sql)) {
            String mine = next(expected);
            String theirs = next(found);
            while ((mine != null || theirs != null) && differences.size() < ENOUGH) {
                int order = order(mine, theirs);
                if (order < 0) {
                    differences.add(table + ": only in the source: " + cut(mine));
                } else if (order > 0) {
                    differences.add(table + ": only in the warehouse: " + cut(theirs));
                }
                mine = order <= 0 ? next(expected) : mine;
                theirs = order >= 0 ? next(found) : theirs;
            }
        }
        return differences;
    }

    /** Sorted as Java sorts texts of ASCII characters. */
    private static String rows(Connection source, String table) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(
                        "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = '"
                                + table + "'::regclass and attnum > 0 and not attisdropped")) {
            row.next();
            return "select t::text from (select " + row.getString(1) + " from " + table
                    + ") as t order by t::text collate \"C\"";
        }
    }

    private static Statement cursor(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Statement statement = connection.createStatement();
        statement.setFetchSize(1_000);
        return statement;
    }

    private static @Nullable String next(ResultSet rows) throws SQLException {
        return rows.next() ? rows.getString(1) : null;
    }

    private static int order(@Nullable String mine, @Nullable String theirs) {
        if (mine == null) {
            return 1;
        }
        return theirs == null ? -1 : mine.compareTo(theirs);
    }

    private static String cut(@Nullable String row) {
        String text = String.valueOf(row);
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
