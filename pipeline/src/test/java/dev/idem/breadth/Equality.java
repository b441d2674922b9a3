package dev.idem.breadth;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares tables value by value, as PostgreSQL prints them, doubled rows counted. Columns that the source computes are
 * left out.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Equality {

    private static final int EXAMPLES = 4;
    private static final int LONGEST = 160;

    private final Connection source;
    private final Connection warehouse;

    Equality(Connection source, Connection warehouse) {
        this.source = source;
        this.warehouse = warehouse;
    }

    /** How the copies of these tables differ, an entry a table; none for those that do not. */
    List<String> report(Collection<String> tables) throws SQLException {
        List<String> report = new ArrayList<>();
        for (String table : tables) {
            List<String> differences = differences(table);
            if (!differences.isEmpty()) {
                report.add(table + "\n  " + String.join("\n  ", differences) + "\n");
            }
        }
        return report;
    }

    /** How the two copies differ; empty where they do not. */
    List<String> differences(String table) throws SQLException {
        List<String> columns = columns(table);
        Map<String, Integer> rows = new HashMap<>();
        Map<String, List<String>> values = new LinkedHashMap<>();
        try {
            read(source, "only " + table, columns, rows, values, 1);
        } catch (SQLException e) {
            return List.of("source: " + e.getMessage());
        }
        try {
            read(warehouse, table, columns, rows, values, -1);
        } catch (SQLException e) {
            return List.of("warehouse: " + e.getMessage());
        }
        return told(columns, rows, values);
    }

    private List<String> columns(String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement("select attname from pg_attribute"
                + " where attrelid = ?::regclass and attnum > 0 and not attisdropped and attgenerated = ''"
                + " order by attnum")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.add(Names.quoted(row.getString(1)));
                }
            }
        }
        return columns;
    }

    private static void read(
            Connection side,
            String table,
            List<String> columns,
            Map<String, Integer> rows,
            Map<String, List<String>> values,
            int sign)
            throws SQLException {
        String listed = columns.isEmpty()
                ? "null"
                : String.join(
                        ", ", columns.stream().map(c -> "t." + c + "::text").toList());
        String from = table.startsWith("only ") && isPartitioned(side, table.substring(5)) ? table.substring(5) : table;
        try (Statement statement = side.createStatement()) {
            statement.setEscapeProcessing(false);
            try (ResultSet row = statement.executeQuery("select " + listed + " from " + from + " as t")) {
                int width = row.getMetaData().getColumnCount();
                while (row.next()) {
                    String[] texts = new String[width];
                    for (int i = 0; i < width; i++) {
                        String text = row.getString(i + 1);
                        texts[i] = text == null ? "(null)" : text;
                    }
                    List<String> list = Arrays.asList(texts);
                    String whole = list.toString();
                    values.putIfAbsent(whole, list);
                    rows.merge(whole, sign, Integer::sum);
                }
            }
        }
    }

    private static boolean isPartitioned(Connection side, String table) throws SQLException {
        try (PreparedStatement statement =
                side.prepareStatement("select relkind = 'p' from pg_class where oid = ?::regclass")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static List<String> told(
            List<String> columns, Map<String, Integer> rows, Map<String, List<String>> values) {
        List<String> missing = rows.keySet().stream()
                .filter(row -> rows.getOrDefault(row, 0) > 0)
                .sorted()
                .toList();
        List<String> extra = rows.keySet().stream()
                .filter(row -> rows.getOrDefault(row, 0) < 0)
                .sorted()
                .toList();
        if (missing.isEmpty() && extra.isEmpty()) {
            return List.of();
        }
        List<String> told = new ArrayList<>();
        told.add(
                missing.size() + " only in the source, " + extra.size() + " only in the warehouse; columns " + columns);
        missing.stream().limit(EXAMPLES).forEach(row -> told.add("source    " + shown(values.get(row))));
        extra.stream().limit(EXAMPLES).forEach(row -> told.add("warehouse " + shown(values.get(row))));
        return told;
    }

    private static String shown(@Nullable List<String> row) {
        return String.valueOf(
                row == null ? null : row.stream().map(Equality::cut).toList());
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...(" + text.length() + ")";
    }
}
