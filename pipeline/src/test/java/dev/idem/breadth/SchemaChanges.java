package dev.idem.breadth;

import dev.idem.breadth.TableShape.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Thinks changes of a table's schema up. Pure, save for the names.
 *
 * <p><i>Threads:</i> thread-safe; each caller has its own random.
 */
final class SchemaChanges {

    private static final Map<String, List<String>> WIDER = Map.of(
            "smallint", List.of("integer", "bigint"),
            "integer", List.of("bigint"),
            "numeric(10,3)", List.of("numeric(30,10)", "numeric"),
            "character varying(20)", List.of("character varying(40)", "text"),
            "real", List.of("double precision"));

    private final TableGenerator tables;

    SchemaChanges(TableGenerator tables) {
        this.tables = tables;
    }

    /**
     * Statements and what they make of the table.
     *
     * @param statements in order
     * @param shape afterwards; empty where the table is dropped
     */
    record Step(List<String> statements, Optional<TableShape> shape) {}

    /** A change of this kind, where the table is fit for it. */
    Optional<Step> step(SchemaOperation operation, TableShape table, Random random) {
        if (table.kind() == Kind.INHERITED || table.kind() == Kind.UNLOGGED) {
            return Optional.empty();
        }
        return switch (operation) {
            case ADD_COLUMN -> added(table, random, "");
            case ADD_COLUMN_CONSTANT_DEFAULT -> added(table, random, "default %s");
            case ADD_COLUMN_NOT_NULL_DEFAULT -> added(table, random, "not null default %s");
            case ADD_COLUMN_VOLATILE_DEFAULT -> volatileDefault(table, random);
            case DROP_COLUMN -> column(table, random).map(column -> dropped(table, column));
            case DROP_AND_ADD_AGAIN -> column(table, random).map(column -> droppedAndAdded(table, column, random));
            case RENAME_COLUMN -> renamed(table, random);
            case SWAP_COLUMN_NAMES -> swapped(table, random);
            case RENAME_TABLE -> renamedTable(table, random);
            case WIDEN_TYPE -> widened(table, random);
            case REWRITE_TYPE -> column(table, random).map(column -> rewritten(table, column));
            case CHANGE_KEY -> keyChanged(table, random);
            case REPLICA_IDENTITY ->
                Optional.of(alter(
                        table, "replica identity " + (random.nextInt(3) == 0 ? "default" : "full"), table.columns()));
            case DROP_TABLE -> Optional.of(new Step(List.of("drop table " + table.quoted()), Optional.empty()));
            case DROP_AND_CREATE_TABLE -> created(table, random);
            case ATTACH_PARTITION, DETACH_PARTITION -> partition(operation, table, random);
            case ADD_ENUM_VALUE, NEW_TABLE -> Optional.empty();
        };
    }

    private static Step alter(TableShape table, String change, List<Column> columns) {
        return new Step(List.of("alter table " + table.quoted() + ' ' + change), Optional.of(table.with(columns)));
    }

    private Optional<Step> added(TableShape table, Random random, String clause) {
        ValueType type = tables.anyType(random);
        String text = clause.replace("%s", Names.literal(type.values().apply(random)));
        return Optional.of(added(table, new Column(tables.name(random), type, text, true)));
    }

    private static Step added(TableShape table, Column column) {
        List<Column> columns = new ArrayList<>(table.columns());
        columns.add(column);
        return alter(table, "add column " + column.definition(), columns);
    }

    private Optional<Step> volatileDefault(TableShape table, Random random) {
        ValueType type = ValueType.plain("timestamp with time zone", r -> Texts.date(r) + " 12:00:00+00");
        String clause = (random.nextBoolean() ? "not null " : "") + "default clock_timestamp()";
        return Optional.of(added(table, new Column(tables.name(random), type, clause, true)));
    }

    private static Optional<Column> column(TableShape table, Random random) {
        List<Column> payload = table.payload();
        return payload.isEmpty() ? Optional.empty() : Optional.of(payload.get(random.nextInt(payload.size())));
    }

    private static Step dropped(TableShape table, Column column) {
        return alter(table, "drop column " + column.quoted(), without(table, column));
    }

    private static List<Column> without(TableShape table, Column column) {
        return table.columns().stream().filter(other -> !other.equals(column)).toList();
    }

    private Step droppedAndAdded(TableShape table, Column column, Random random) {
        Column again = Column.plain(column.name(), random.nextBoolean() ? column.type() : tables.anyType(random));
        List<Column> columns = new ArrayList<>(without(table, column));
        columns.add(again);
        return new Step(
                List.of(
                        "alter table " + table.quoted() + " drop column " + column.quoted(),
                        "alter table " + table.quoted() + " add column " + again.definition()),
                Optional.of(table.with(columns)));
    }

    private Optional<Step> renamed(TableShape table, Random random) {
        if (table.columns().isEmpty()) {
            return Optional.empty();
        }
        Column column = table.columns().get(random.nextInt(table.columns().size()));
        String name = tables.name(random);
        return Optional.of(rename(table, column, name));
    }

    private static Step rename(TableShape table, Column column, String name) {
        Step step = alter(
                table,
                "rename column " + column.quoted() + " to " + Names.quoted(name),
                table.columns().stream()
                        .map(other -> other.equals(column) ? other.named(name) : other)
                        .toList());
        List<String> key = table.key().stream()
                .map(part -> part.equals(column.name()) ? name : part)
                .toList();
        return new Step(step.statements(), step.shape().map(shape -> shape.keyed(key)));
    }

    private Optional<Step> swapped(TableShape table, Random random) {
        List<Column> payload = table.payload();
        if (payload.size() < 2) {
            return Optional.empty();
        }
        Column one = payload.get(0);
        Column two = payload.get(1 + random.nextInt(payload.size() - 1));
        Step first = rename(table, one, tables.name(random));
        TableShape middle = first.shape().orElseThrow();
        Step second = rename(middle, two, one.name());
        TableShape then = second.shape().orElseThrow();
        Column waiting = then.columns().get(table.columns().indexOf(one));
        Step third = rename(then, waiting, two.name());
        List<String> statements = new ArrayList<>(first.statements());
        statements.addAll(second.statements());
        statements.addAll(third.statements());
        return Optional.of(new Step(statements, third.shape()));
    }

    private Optional<Step> renamedTable(TableShape table, Random random) {
        String name = tables.name(random);
        return Optional.of(new Step(
                List.of("alter table " + table.quoted() + " rename to " + Names.quoted(name)),
                Optional.of(table.named(name))));
    }

    private static Optional<Step> widened(TableShape table, Random random) {
        return table.columns().stream()
                .filter(column ->
                        column.writable() && WIDER.containsKey(column.type().sql()))
                .findFirst()
                .map(column -> {
                    List<String> wider = WIDER.getOrDefault(column.type().sql(), List.of());
                    return typed(table, column, wider.get(random.nextInt(wider.size())), "");
                });
    }

    private static Step rewritten(TableShape table, Column column) {
        return typed(table, column, "text", " using substr(" + column.quoted() + "::text || ' rewritten', 1, 3000)");
    }

    private static Step typed(TableShape table, Column column, String type, String using) {
        ValueType old = column.type();
        Column typed = new Column(
                column.name(), new ValueType(type, old.keyable(), old.values()), column.clause(), column.writable());
        return alter(
                table,
                "alter column " + column.quoted() + " type " + type + using,
                table.columns().stream()
                        .map(other -> other.equals(column) ? typed : other)
                        .toList());
    }

    private Optional<Step> keyChanged(TableShape table, Random random) {
        if (table.kind() != Kind.PLAIN) {
            return Optional.empty();
        }
        Column column = new Column(tables.name(random), BuiltInTypes.BIGINT, "generated by default as identity", false);
        List<String> statements = new ArrayList<>();
        statements.add("do $$ declare n text; begin for n in select conname from pg_constraint where contype = 'p'"
                + " and conrelid = to_regclass(" + Names.literal(table.quoted()) + ") loop execute format('alter table "
                + table.quoted().replace("'", "''").replace("%", "%%") + " drop constraint %I', n); end loop; end $$");
        List<Column> columns = new ArrayList<>(table.columns());
        columns.add(column);
        statements.add("alter table " + table.quoted() + " add column " + column.definition());
        statements.add("alter table " + table.quoted() + " add primary key (" + column.quoted() + ")");
        return Optional.of(new Step(statements, Optional.of(table.with(columns).keyed(List.of(column.name())))));
    }

    private Optional<Step> created(TableShape table, Random random) {
        TableGenerator.Made made = tables.plain(random);
        String from = made.shape().quoted();
        List<String> statements = new ArrayList<>();
        statements.add("drop table " + table.quoted());
        TableShape again = new TableShape(
                table.schema(),
                table.name(),
                made.shape().columns(),
                made.shape().key(),
                made.shape().kind(),
                List.of());
        made.statements().forEach(statement -> statements.add(statement.replace(from, table.quoted())));
        return Optional.of(new Step(statements, Optional.of(again)));
    }

    private Optional<Step> partition(SchemaOperation operation, TableShape table, Random random) {
        if (table.leaves().size() < 2) {
            return Optional.empty();
        }
        String leaf = table.leaves().get(0);
        if (operation == SchemaOperation.DETACH_PARTITION) {
            List<String> leaves = table.leaves().subList(1, table.leaves().size());
            return Optional.of(new Step(
                    List.of("alter table " + table.quoted() + " detach partition " + leaf),
                    Optional.of(new TableShape(
                            table.schema(), table.name(), table.columns(), table.key(), table.kind(), leaves))));
        }
        String name = Names.quoted(table.schema()) + '.' + Names.quoted(tables.name(random));
        String key = Names.quoted(table.key().get(0));
        List<String> leaves = new ArrayList<>(table.leaves());
        leaves.add(name);
        return Optional.of(new Step(
                List.of(
                        "create table " + name + " (like " + table.quoted() + " including all)",
                        "insert into " + name + " (" + key + ") values (-7001), (-7002) on conflict do nothing",
                        "alter table " + table.quoted() + " attach partition " + name
                                + " for values in (-7001, -7002)"),
                Optional.of(new TableShape(
                        table.schema(), table.name(), table.columns(), table.key(), table.kind(), leaves))));
    }
}
