package dev.idem.breadth;

import dev.idem.breadth.TableShape.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Thinks tables up.
 *
 * <p><i>Threads:</i> thread-safe; each caller has its own random.
 */
final class TableGenerator {

    private final List<String> schemas;
    private final List<ValueType> types;
    private final List<ValueType> keyable;
    private final Names names;

    TableGenerator(List<String> schemas, List<ValueType> types, Names names) {
        this.schemas = List.copyOf(schemas);
        this.types = List.copyOf(types);
        this.keyable = types.stream().filter(ValueType::keyable).toList();
        this.names = names;
    }

    /** A table and the statements that make it. */
    record Made(TableShape shape, List<String> statements) {}

    String name(Random random) {
        return names.next(random);
    }

    ValueType anyType(Random random) {
        return types.get(random.nextInt(types.size()));
    }

    /** A table of any kind; a child of an inheritance tree comes with its parent. */
    List<Made> next(Random random) {
        return switch (random.nextInt(10)) {
            case 0, 1 -> List.of(partitioned(random));
            case 2 -> inherited(random);
            default -> List.of(plain(random));
        };
    }

    /** An ordinary table. */
    Made plain(Random random) {
        List<Column> columns = payload(random);
        List<String> after = new ArrayList<>();
        String schema = schema(random);
        String name = names.next(random);
        String table = Names.quoted(schema) + '.' + Names.quoted(name);
        List<String> key = new ArrayList<>();
        boolean unlogged = random.nextInt(25) == 0;
        String constraint = key(random, table, columns, key, after);
        generated(random, columns);
        String create = "create " + (unlogged ? "unlogged " : "") + "table " + table + " (" + definitions(columns)
                + constraint + ")";
        List<String> statements = new ArrayList<>();
        statements.add(create);
        statements.addAll(after);
        return new Made(
                new TableShape(schema, name, columns, key, unlogged ? Kind.UNLOGGED : Kind.PLAIN, List.of()),
                statements);
    }

    private String key(Random random, String table, List<Column> columns, List<String> key, List<String> after) {
        int kind = random.nextInt(12);
        if (kind == 0) {
            return "";
        }
        if (kind <= 2) {
            after.add("alter table " + table + " replica identity full");
            return "";
        }
        if (kind == 3) {
            return identity(random, columns, key);
        }
        int parts = 1 + (random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0);
        for (int i = 0; i < parts; i++) {
            Column column =
                    new Column(names.next(random), keyable.get(random.nextInt(keyable.size())), "not null", true);
            columns.add(random.nextInt(columns.size() + 1), column);
            key.add(column.name());
        }
        Collections.shuffle(key, random);
        String listed = quoted(key);
        switch (kind) {
            case 4 -> {
                after.add(
                        "create unique index breadth_identity_" + index(table) + " on " + table + " (" + listed + ")");
                after.add("alter table " + table + " replica identity using index breadth_identity_" + index(table));
                return "";
            }
            case 5, 6 -> {
                after.add("alter table " + table + " replica identity full");
                return ", primary key (" + listed + ")" + (random.nextBoolean() ? " deferrable" : "");
            }
            case 7 -> {
                Column other = new Column(names.next(random), BuiltInTypes.INTEGER, "", true);
                columns.add(other);
                return ", primary key (" + listed + ") include (" + other.quoted() + ")";
            }
            default -> {
                return ", primary key (" + listed + ")";
            }
        }
    }

    private static String index(String table) {
        return Integer.toUnsignedString(table.hashCode(), 36);
    }

    private String identity(Random random, List<Column> columns, List<String> key) {
        boolean always = random.nextBoolean();
        Column column = new Column(
                names.next(random),
                BuiltInTypes.BIGINT,
                "generated " + (always ? "always" : "by default") + " as identity",
                false);
        columns.add(random.nextInt(columns.size() + 1), column);
        key.add(column.name());
        return ", primary key (" + column.quoted() + ")";
    }

    private void generated(Random random, List<Column> columns) {
        List<Column> integers = columns.stream()
                .filter(column -> column.type().sql().equals("integer"))
                .toList();
        if (!integers.isEmpty() && random.nextInt(4) == 0) {
            columns.add(new Column(
                    names.next(random),
                    BuiltInTypes.BIGINT,
                    "generated always as (" + integers.get(0).quoted() + "::bigint * 2) stored",
                    false));
        }
    }

    private List<Column> payload(Random random) {
        List<Column> columns = new ArrayList<>();
        int count = random.nextInt(20) == 0 ? 40 : 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            ValueType type = anyType(random);
            String clause = random.nextInt(6) == 0
                    ? (random.nextBoolean() ? "not null " : "") + "default "
                            + Names.literal(type.values().apply(random))
                    : "";
            columns.add(new Column(names.next(random), type, clause, true));
        }
        return columns;
    }

    private Made partitioned(Random random) {
        List<Column> columns = payload(random);
        Column by =
                new Column(names.next(random), ValueType.key("integer", r -> Texts.number(r, 400)), "not null", true);
        columns.add(random.nextInt(columns.size() + 1), by);
        String schema = schema(random);
        String name = names.next(random);
        String table = Names.quoted(schema) + '.' + Names.quoted(name);
        List<String> statements = new ArrayList<>();
        List<String> leaves = new ArrayList<>();
        String method = List.of("range", "list", "hash").get(random.nextInt(3));
        statements.add("create table " + table + " (" + definitions(columns) + ", primary key (" + by.quoted()
                + ")) partition by " + method + " (" + by.quoted() + ")");
        for (int i = 0; i < 3; i++) {
            String leaf = Names.quoted(schema) + '.' + Names.quoted(names.next(random));
            String bounds = bounds(method, i);
            if (i == 2 && method.equals("range")) {
                String deep = Names.quoted(schema) + '.' + Names.quoted(names.next(random));
                statements.add("create table " + leaf + " partition of " + table + bounds + " partition by hash ("
                        + by.quoted() + ")");
                statements.add(
                        "create table " + deep + " partition of " + leaf + " for values with (modulus 1, remainder 0)");
                leaves.add(deep);
            } else {
                statements.add("create table " + leaf + " partition of " + table + bounds);
                leaves.add(leaf);
            }
        }
        if (random.nextInt(4) == 0) {
            full(table, leaves, statements);
        }
        return new Made(
                new TableShape(schema, name, columns, List.of(by.name()), Kind.PARTITIONED, leaves), statements);
    }

    private static void full(String table, List<String> leaves, List<String> statements) {
        statements.add("alter table " + table + " replica identity full");
        leaves.forEach(leaf -> statements.add("alter table " + leaf + " replica identity full"));
    }

    private static String bounds(String method, int part) {
        return switch (method) {
            case "range" ->
                " for values from "
                        + List.of("(minvalue) to (100)", "(100) to (200)", "(200) to (maxvalue)")
                                .get(part);
            case "list" -> part == 2 ? " default" : " for values in (" + (part == 0 ? "1, 2, 3" : "4, 5, 6, 7") + ")";
            default -> " for values with (modulus 3, remainder " + part + ")";
        };
    }

    private List<Made> inherited(Random random) {
        Made parent = plain(random);
        String schema = schema(random);
        String name = names.next(random);
        Column own = Column.plain(names.next(random), anyType(random));
        List<Column> columns = new ArrayList<>(parent.shape().columns());
        columns.add(own);
        List<String> key = parent.shape().key();
        String constraint = key.isEmpty() ? "" : ", primary key (" + quoted(key) + ")";
        String child = Names.quoted(schema) + '.' + Names.quoted(name);
        List<String> statements = new ArrayList<>();
        statements.add("create table " + child + " (" + own.definition() + constraint + ") inherits ("
                + parent.shape().quoted() + ")");
        if (key.isEmpty()) {
            statements.add("alter table " + child + " replica identity full");
        }
        Kind kind = parent.shape().kind() == Kind.UNLOGGED ? Kind.UNLOGGED : Kind.INHERITED;
        TableShape up = parent.shape();
        List<Column> sure = columns.stream()
                .filter(column -> !column.clause().contains("identity"))
                .toList();
        return List.of(
                new Made(
                        new TableShape(up.schema(), up.name(), up.columns(), up.key(), kind, List.of()),
                        parent.statements()),
                new Made(new TableShape(schema, name, sure, key, Kind.INHERITED, List.of()), statements));
    }

    private String schema(Random random) {
        return schemas.get(random.nextInt(schemas.size()));
    }

    static String definitions(List<Column> columns) {
        return columns.stream().map(Column::definition).collect(Collectors.joining(", "));
    }

    static String quoted(List<String> names) {
        return names.stream().map(Names::quoted).collect(Collectors.joining(", "));
    }
}
