package dev.idem.breadth;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A database made from a seed.
 *
 * <p><i>Threads:</i> thread-safe once made.
 */
final class GeneratedDatabase {

    /** One statement in so many changes the schema. */
    private static final int ROWS_TO_SCHEMA = 12;

    private static final int LARGEST = 2_000;

    private final List<TableSlot> tables = new CopyOnWriteArrayList<>();
    private final List<SchemaOperation> operations = new ArrayList<>();
    private final UserTypes types;
    private final TableGenerator generator;
    private final SchemaChanges changes;

    private GeneratedDatabase(UserTypes types, TableGenerator generator, BreadthPlan plan) {
        this.types = types;
        this.generator = generator;
        this.changes = new SchemaChanges(generator);
        plan.operations().forEach(operation -> {
            for (int i = 0; i < operation.weight(); i++) {
                operations.add(operation);
            }
        });
    }

    /** Makes schemas, types, tables and first rows; the warehouse gets the extensions, which must be the same. */
    static GeneratedDatabase make(Connection source, Connection warehouse, BreadthPlan plan) throws SQLException {
        Random random = new Random(plan.seed());
        Names names = new Names();
        for (String extension : UserTypes.EXTENSIONS) {
            execute(source, "create extension " + extension);
            execute(warehouse, "create extension " + extension);
        }
        List<String> schemas = new ArrayList<>(List.of("public"));
        for (int i = 0; i < 3; i++) {
            schemas.add(names.next(random));
            execute(source, "create schema " + Names.quoted(schemas.get(schemas.size() - 1)));
        }
        UserTypes types = UserTypes.make(source, schemas, names, random);
        List<ValueType> all = new ArrayList<>();
        for (ValueType type : BuiltInTypes.all()) {
            if (exists(source, type)) {
                all.add(type);
            }
        }
        all.addAll(types.types());
        GeneratedDatabase database = new GeneratedDatabase(types, new TableGenerator(schemas, all, names), plan);
        database.fill(source, random, plan.tables());
        return database;
    }

    private static boolean exists(Connection source, ValueType type) throws SQLException {
        try {
            execute(source, "create temporary table probe (c " + type.sql() + ")");
            execute(source, "drop table probe");
            return true;
        } catch (SQLException e) {
            if (e.getSQLState().equals("42704")) {
                return false;
            }
            throw e;
        }
    }

    private void fill(Connection source, Random random, int count) throws SQLException {
        Writes writes = new Writes(source, random);
        while (tables.size() < count) {
            for (TableGenerator.Made made : generator.next(random)) {
                TableSlot slot = new TableSlot(made.shape());
                for (String sql : made.statements()) {
                    slot.tell(sql);
                    try {
                        execute(source, sql);
                    } catch (SQLException e) {
                        throw new SQLException(sql, e.getSQLState(), e);
                    }
                }
                tables.add(slot);
                for (int i = 0; i < 5; i++) {
                    try {
                        writes.insert(made.shape(), 4);
                    } catch (SQLException e) {
                        slot.tell("first rows: " + e.getMessage());
                    }
                }
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    List<TableSlot> tables() {
        return tables;
    }

    void add(TableSlot slot) {
        if (tables.size() < LARGEST) {
            tables.add(slot);
        }
    }

    UserTypes types() {
        return types;
    }

    TableGenerator generator() {
        return generator;
    }

    SchemaChanges changes() {
        return changes;
    }

    TableSlot anyTable(Random random) {
        return tables.get(random.nextInt(tables.size()));
    }

    /** Now and then a change of the schema. */
    Optional<SchemaOperation> chooseOperation(Random random) {
        return operations.isEmpty() || random.nextInt(ROWS_TO_SCHEMA) != 0
                ? Optional.empty()
                : Optional.of(operations.get(random.nextInt(operations.size())));
    }
}
