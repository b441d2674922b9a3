package dev.idem.breadth;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Changes rows and schema in random transactions. What the server refuses is rolled back and forgotten.
 *
 * <p><i>Threads:</i> one thread.
 */
final class BreadthClient {

    private final GeneratedDatabase database;
    private final Connection connection;
    private final Random random;
    private final Writes writes;
    private final Tally tally;
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final Map<TableSlot, Optional<TableShape>> uncommitted = new HashMap<>();
    private final List<TableSlot> locked = new ArrayList<>();

    BreadthClient(GeneratedDatabase database, Connection connection, Random random, Tally tally) {
        this.database = database;
        this.connection = connection;
        this.random = random;
        this.writes = new Writes(connection, random);
        this.tally = tally;
    }

    /** Works until it is told to stop; a transaction begun is finished. */
    void work(BooleanSupplier goOn) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set lock_timeout = '2s'");
            statement.execute("set statement_timeout = '30s'");
            connection.commit();
        }
        while (goOn.getAsBoolean()) {
            transaction();
        }
    }

    private void transaction() throws SQLException {
        int statements = 1 + random.nextInt(random.nextInt(5) == 0 ? 15 : 4);
        boolean rollback = random.nextInt(12) == 0;
        try {
            for (int i = 0; i < statements; i++) {
                guarded(random.nextInt(5) == 0);
            }
            if (rollback) {
                undo("rolled back");
            } else {
                connection.commit();
                commit();
            }
        } catch (SQLException e) {
            tally.refused(String.valueOf(e.getSQLState()), String.valueOf(e.getMessage()));
            undo("refused, SQLSTATE " + e.getSQLState());
        }
    }

    /** A statement under a savepoint of its own, where one that fails takes only itself back. */
    private void guarded(boolean takeBack) throws SQLException {
        Map<TableSlot, Optional<TableShape>> before = new HashMap<>(uncommitted);
        int told = afterCommit.size();
        Savepoint savepoint = connection.setSavepoint();
        try {
            one();
            if (takeBack && random.nextInt(3) == 0) {
                back(savepoint, before, told);
            } else {
                connection.releaseSavepoint(savepoint);
            }
        } catch (SQLException e) {
            tally.refused(String.valueOf(e.getSQLState()), String.valueOf(e.getMessage()));
            back(savepoint, before, told);
        }
    }

    private void back(Savepoint savepoint, Map<TableSlot, Optional<TableShape>> before, int told) throws SQLException {
        connection.rollback(savepoint);
        uncommitted.clear();
        uncommitted.putAll(before);
        afterCommit.subList(told, afterCommit.size()).clear();
    }

    private void one() throws SQLException {
        Optional<SchemaOperation> operation = database.chooseOperation(random);
        if (operation.isPresent()) {
            change(operation.get());
            return;
        }
        TableSlot slot = database.anyTable(random);
        Optional<TableShape> shape = shape(slot);
        if (shape.isPresent()) {
            writes.any(shape.get());
            tally.wrote();
        }
    }

    private Optional<TableShape> shape(TableSlot slot) {
        return uncommitted.containsKey(slot) ? uncommitted.get(slot) : slot.shape();
    }

    private void change(SchemaOperation operation) throws SQLException {
        if (operation == SchemaOperation.ADD_ENUM_VALUE) {
            addLabel();
            return;
        }
        if (operation == SchemaOperation.NEW_TABLE) {
            newTable();
            return;
        }
        TableSlot slot = database.anyTable(random);
        if (!slot.lock().tryLock()) {
            return;
        }
        locked.add(slot);
        Optional<SchemaChanges.Step> step =
                shape(slot).flatMap(shape -> database.changes().step(operation, shape, random));
        if (step.isEmpty()) {
            return;
        }
        for (String sql : step.get().statements()) {
            run(sql);
        }
        uncommitted.put(slot, step.get().shape());
        afterCommit.add(() -> {
            slot.become(step.get().shape());
            slot.tell(operation + ": " + String.join("; ", step.get().statements()));
            tally.changed(operation);
        });
    }

    private void addLabel() throws SQLException {
        UserTypes.Enumeration enumeration = database.types().anyEnumeration(random);
        String label = "label " + Integer.toUnsignedString(random.nextInt(), 36);
        run("alter type " + enumeration.sql() + " add value " + Names.literal(label)
                + (random.nextBoolean() ? " before 'red'" : ""));
        afterCommit.add(() -> {
            enumeration.labels().add(label);
            tally.changed(SchemaOperation.ADD_ENUM_VALUE);
        });
    }

    private void newTable() throws SQLException {
        for (TableGenerator.Made made : database.generator().next(random)) {
            for (String sql : made.statements()) {
                run(sql);
            }
            writes.insert(made.shape(), 3);
            TableSlot slot = new TableSlot(made.shape());
            made.statements().forEach(slot::tell);
            afterCommit.add(() -> {
                database.add(slot);
                tally.changed(SchemaOperation.NEW_TABLE);
            });
        }
    }

    private void commit() {
        afterCommit.forEach(Runnable::run);
        tally.committed();
        forget();
    }

    private void undo(String how) throws SQLException {
        connection.rollback();
        uncommitted.keySet().forEach(slot -> slot.tell(how));
        forget();
    }

    private void forget() {
        afterCommit.clear();
        uncommitted.clear();
        locked.forEach(slot -> slot.lock().unlock());
        locked.clear();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
