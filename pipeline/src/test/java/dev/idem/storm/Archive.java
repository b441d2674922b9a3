package dev.idem.storm;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Random;

/**
 * Documents with large text that most updates do not touch, whose keys change, which are deleted and written again
 * under the same key, and which are rolled back, all of it also within one transaction.
 */
final class Archive implements StormClient {

    static final String TABLE = "documents";

    /** The title of documents that are never committed. */
    static final String ROLLED_BACK = "rolled back";

    private static final int KEYS = 300;
    private static final int LARGEST_TEXT = 12_000;

    static List<String> schema() {
        return List.of(
                "create table documents (id bigint primary key, title text, body text, notes text, revision int not null)",
                "alter table documents alter column body set storage external",
                "alter table documents alter column notes set storage external");
    }

    @Override
    public void transaction(Connection connection, Random random) throws SQLException {
        if (random.nextInt(8) == 0) {
            writeInVain(connection, random);
        }
        int steps = 1 + random.nextInt(4);
        for (int i = 0; i < steps; i++) {
            step(connection, random);
        }
    }

    /** Rolled back, to a savepoint so that the rest of the transaction stands, or whole. */
    private static void writeInVain(Connection connection, Random random) throws SQLException {
        Savepoint before = connection.setSavepoint();
        execute(
                connection,
                "insert into documents values (?, ?, ?, '', 0) on conflict (id) do update set title = excluded.title",
                (long) random.nextInt(KEYS),
                ROLLED_BACK,
                large(random));
        if (random.nextBoolean()) {
            connection.rollback(before);
        } else {
            connection.rollback();
        }
    }

    private static void step(Connection connection, Random random) throws SQLException {
        long id = random.nextInt(KEYS);
        switch (random.nextInt(10)) {
            case 0, 1 -> write(connection, random, id);
            case 2, 3, 4 ->
                execute(
                        connection,
                        "update documents set title = ?, revision = revision + 1 where id = ?",
                        text(random, 20),
                        id);
            case 5 -> execute(connection, "update documents set body = ? where id = ?", large(random), id);
            case 6 -> execute(connection, "update documents set notes = ? where id = ?", large(random), id);
            case 7 ->
                execute(
                        connection,
                        "update documents set id = ? where id = ? and not exists (select from documents where id = ?)",
                        id + KEYS,
                        id,
                        id + KEYS);
            case 8 -> {
                execute(connection, "delete from documents where id = ?", id);
                write(connection, random, id);
            }
            default -> execute(connection, "delete from documents where id in (?, ?)", id, id + KEYS);
        }
    }

    private static void write(Connection connection, Random random, long id) throws SQLException {
        execute(
                connection,
                "insert into documents values (?, ?, ?, ?, 1) on conflict do nothing",
                id,
                text(random, 20),
                large(random),
                random.nextBoolean() ? large(random) : "");
    }

    private static String large(Random random) {
        return text(random, 2_500 + random.nextInt(LARGEST_TEXT));
    }

    private static String text(Random random, int length) {
        return random.ints(length, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
