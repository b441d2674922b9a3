package dev.idem.breadth;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;

/**
 * Writes random rows into one table, in one statement each time.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Writes {

    private final Connection connection;
    private final Random random;

    Writes(Connection connection, Random random) {
        this.connection = connection;
        this.random = random;
    }

    /** One random statement on this table. */
    void any(TableShape table) throws SQLException {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> insert(table, 1 + random.nextInt(5));
            case 6 -> copy(table, 2 + random.nextInt(20));
            case 7, 8, 9, 10, 11, 12 -> update(table, table.payload(), 1 + random.nextInt(4));
            case 13, 14 -> update(table, keyColumns(table), 1);
            case 15 -> {
                delete(table, 1);
                insert(table, 2);
            }
            case 16, 17, 18 -> delete(table, 1 + random.nextInt(6));
            default -> {
                if (random.nextInt(6) == 0) {
                    execute("truncate " + table.quoted());
                } else {
                    update(table, table.writable(), 2);
                }
            }
        }
    }

    /** Rows that do not stand in the way of others. */
    void insert(TableShape table, int rows) throws SQLException {
        List<Column> columns = given(table);
        if (columns.isEmpty()) {
            execute("insert into " + target(table) + " default values");
            return;
        }
        String values = IntStream.range(0, rows)
                .mapToObj(row -> columns.stream().map(this::literal).collect(Collectors.joining(", ", "(", ")")))
                .collect(Collectors.joining(", "));
        execute("insert into " + target(table) + " (" + list(columns) + ") values " + values
                + (random.nextInt(4) == 0 || table.key().isEmpty() ? "" : " on conflict do nothing"));
    }

    private void copy(TableShape table, int rows) throws SQLException {
        List<Column> columns = table.writable();
        String lines = IntStream.range(0, rows)
                .mapToObj(row -> columns.stream().map(this::copied).collect(Collectors.joining("\t", "", "\n")))
                .collect(Collectors.joining());
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy " + target(table) + " (" + list(columns) + ") from stdin", new StringReader(lines));
        } catch (IOException e) {
            throw new SQLException("copy", e);
        }
    }

    private void update(TableShape table, List<Column> columns, int rows) throws SQLException {
        if (columns.isEmpty()) {
            return;
        }
        int first = random.nextInt(columns.size());
        int count = 1 + random.nextInt(Math.min(3, columns.size() - first));
        String changes = columns.subList(first, first + count).stream()
                .map(column -> column.quoted() + " = " + literal(column))
                .collect(Collectors.joining(", "));
        execute("update " + target(table) + " set " + changes + some(table, rows));
    }

    private void delete(TableShape table, int rows) throws SQLException {
        execute("delete from " + target(table) + some(table, rows));
    }

    /** Chooses rows by their contents, so that the same rows are chosen again with the same seed. */
    private String some(TableShape table, int rows) {
        return " where (tableoid, ctid) in (select tableoid, ctid from " + table.quoted()
                + " as chosen order by md5(chosen::text || '" + random.nextInt(1000) + "') limit " + rows + ")";
    }

    private String target(TableShape table) {
        return table.leaves().isEmpty() || random.nextInt(4) != 0
                ? table.quoted()
                : table.leaves().get(random.nextInt(table.leaves().size()));
    }

    private static List<Column> keyColumns(TableShape table) {
        return table.writable().stream()
                .filter(column -> table.key().contains(column.name()))
                .toList();
    }

    private List<Column> given(TableShape table) {
        return table.writable().stream()
                .filter(column -> !column.hasDefault() || random.nextBoolean())
                .toList();
    }

    private String literal(Column column) {
        return column.isNullable() && random.nextInt(7) == 0
                ? "null"
                : Names.literal(column.type().values().apply(random));
    }

    private String copied(Column column) {
        return column.isNullable() && random.nextInt(7) == 0
                ? "\\N"
                : column.type()
                        .values()
                        .apply(random)
                        .replace("\\", "\\\\")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t");
    }

    private static String list(List<Column> columns) {
        return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
