package dev.idem.testing.memory;

import dev.idem.testing.memory.ControlStatements.Statement;
import dev.idem.testing.memory.MemoryState.TargetRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The statements upon target tables, by their shape. Blanks are made one before.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TableStatements {

    private static final String NAME = "(\"[^\"]+\"\\.\"[^\"]+\")";
    private static final Pattern CREATE = Pattern.compile("create table " + NAME + " .*");
    private static final Pattern CREATE_TOMBSTONES = Pattern.compile("create table idem\\.tombstone_.*");
    private static final Pattern INSERT = Pattern.compile("insert into " + NAME + " as target .*");
    private static final Pattern LOOKUP = Pattern.compile("select bound\\.request, .* join " + NAME + " as target .*");
    private static final Pattern DELETE_BY_KEY = Pattern.compile(
            "with change as \\(.*\\), remembered as \\(.*\\) delete from " + NAME + " as target using change .*");
    private static final Pattern TAKE_OUT =
            Pattern.compile("with change as \\(.*\\) delete from " + NAME + " as target using change .*");
    private static final Pattern FORGET_EARLIER_LIFE =
            Pattern.compile("with change as \\(.*\\) update " + NAME + " as target set .*");
    private static final Pattern BELOW_FLOOR = Pattern.compile("delete from " + NAME + " as target where .*");
    private static final Pattern FORGET_BELOW_FLOOR =
            Pattern.compile("with floor as \\(.*\\) update " + NAME + " as target set .*");
    private static final Pattern REMOVE_KEYLESS = Pattern.compile(
            "with change as \\(.*\\), victim as \\( select target\\.ctid .* from " + NAME + " as target .*");

    private TableStatements() {}

    /** The statement of that text; null where it is none upon a target table. */
    static @Nullable Statement find(String sql) {
        if (CREATE_TOMBSTONES.matcher(sql).matches()) {
            return (session, bound) -> Answer.changed(0);
        }
        Statement forgets = PurgeStatements.forget(sql);
        if (forgets != null) {
            return forgets;
        }
        Statement created = on(CREATE, sql, TableStatements::create);
        if (created != null) {
            return created;
        }
        Statement inserted = on(INSERT, sql, (session, table, bound) -> insert(session, table, bound, sql));
        if (inserted != null) {
            return inserted;
        }
        return firstOf(
                on(REMOVE_KEYLESS, sql, TableStatements::removeKeyless),
                on(LOOKUP, sql, TableStatements::lookup),
                on(
                        DELETE_BY_KEY,
                        sql,
                        (session, table, bound) ->
                                Answer.changed(changing(session, table).delete(keys(session, table, bound)))),
                on(
                        TAKE_OUT,
                        sql,
                        (session, table, bound) ->
                                Answer.changed(changing(session, table).takeOut(keys(session, table, bound)))),
                on(
                        FORGET_EARLIER_LIFE,
                        sql,
                        (session, table, bound) -> Answer.changed(
                                changing(session, table).forgetEarlierLife(keys(session, table, bound)))),
                on(
                        BELOW_FLOOR,
                        sql,
                        (session, table, bound) ->
                                Answer.changed(changing(session, table).deleteBelow(bound.version(0)))),
                on(
                        FORGET_BELOW_FLOOR,
                        sql,
                        (session, table, bound) ->
                                Answer.changed(changing(session, table).forgetBelow(bound.version(0)))));
    }

    /** A statement upon the table of that name. */
    @FunctionalInterface
    private interface OnTable {
        Answer run(MemorySession session, String table, Parameters bound) throws SQLException;
    }

    private static @Nullable Statement firstOf(@Nullable Statement... statements) {
        for (Statement statement : statements) {
            if (statement != null) {
                return statement;
            }
        }
        return null;
    }

    private static @Nullable Statement on(Pattern shape, String sql, OnTable statement) {
        Matcher matcher = shape.matcher(sql);
        if (!matcher.matches()) {
            return null;
        }
        String table = matcher.group(1);
        return (session, bound) -> statement.run(session, table, bound);
    }

    private static MemoryTable changing(MemorySession session, String table) {
        return session.changing().table(table);
    }

    private static java.util.Map<List<@Nullable String>, RowVersion> keys(
            MemorySession session, String table, Parameters bound) {
        return bound.keys(session.state().table(table).key().size());
    }

    private static Answer create(MemorySession session, String table, Parameters bound) {
        TargetRow described = session.state().targets.values().stream()
                .filter(row -> table.equals('"' + row.schema() + "\".\"" + row.table() + '"'))
                .max(Comparator.comparing(TargetRow::id))
                .orElseThrow(() -> new AssertionError("no row of idem.target describes " + table));
        session.changing()
                .tables
                .put(table, new MemoryTable(CarriedJson.columns(described.json()), CarriedJson.key(described.json())));
        return Answer.changed(0);
    }

    private static Answer insert(MemorySession session, String table, Parameters bound, String sql)
            throws SQLException {
        MemoryTable target = changing(session, table);
        List<StoredRow> rows = bound.rows(target.columns().size());
        boolean looksAtTombstones = sql.contains("as tombstone");
        if (sql.endsWith("do nothing")) {
            return Answer.changed(target.insertKeyless(rows, looksAtTombstones));
        }
        return Answer.changed(
                sql.contains("idem.carries_newer(")
                        ? target.upsertPartial(rows, looksAtTombstones)
                        : target.upsertComplete(rows));
    }

    private static Answer removeKeyless(MemorySession session, String table, Parameters bound) {
        MemoryTable target = changing(session, table);
        List<@Nullable String> content = new ArrayList<>();
        for (int i = 0; i < target.columns().size(); i++) {
            content.add(bound.textOrNull(3 + i));
        }
        return Answer.changed(target.removeKeyless(bound.version(0), content));
    }

    private static Answer lookup(MemorySession session, String table, Parameters bound) {
        MemoryTable target = session.state().table(table);
        List<List<@Nullable Object>> found = new ArrayList<>();
        bound.numberedKeys(target.key().size()).forEach((number, at) -> {
            StoredRow row = target.find(at);
            if (row != null) {
                List<@Nullable Object> values = new ArrayList<>(List.of(
                        number,
                        row.version().epoch(),
                        row.version().lsnText(),
                        row.version().ordinal()));
                values.add(CarriedJson.write(row.carried()));
                values.addAll(row.values());
                found.add(values);
            }
        });
        return Answer.rows(List.of(), found);
    }
}
