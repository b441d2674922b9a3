package dev.idem.testing.memory;

import dev.idem.testing.memory.MemoryState.ProgressRow;
import dev.idem.testing.memory.MemoryState.TargetRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The statements upon the control schema {@code idem}, by how they begin.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ControlStatements {

    /** Runs one statement in a session. */
    @FunctionalInterface
    interface Statement {
        /** Runs it. */
        Answer run(MemorySession session, Parameters bound) throws SQLException;
    }

    private static final String UNIQUE_VIOLATION = "23505";
    private static final Map<String, Statement> BY_BEGINNING = new LinkedHashMap<>();

    static {
        BY_BEGINNING.put(
                "select set_config(name, '0', false) from pg_settings",
                (session, bound) -> Answer.rows(List.of("set_config"), List.of()));
        BY_BEGINNING.put("select set_config(?, ?, false)", (session, bound) -> Answer.value(bound.text(1)));
        BY_BEGINNING.put("set ", (session, bound) -> Answer.changed(0));
        BY_BEGINNING.put(
                "select current_setting('session_replication_role') <> 'replica'",
                (session, bound) -> Answer.value(false));
        BY_BEGINNING.put("select to_regnamespace(?) is not null", (session, bound) -> Answer.value(true));
        BY_BEGINNING.put(
                "select to_regclass(?) is not null",
                (session, bound) -> Answer.value(session.state().tables.containsKey(bound.text(0))));
        BY_BEGINNING.put(
                "select count(pg_terminate_backend(pid))",
                (session, bound) -> Answer.value((long) session.warehouse().terminateOthers(session)));
        BY_BEGINNING.put(
                "select generation, epoch, commit_lsn::text as lsn, cut, log_offset, consistent from idem.progress",
                ControlStatements::readProgress);
        BY_BEGINNING.put("insert into idem.progress as progress", ControlStatements::takeOver);
        BY_BEGINNING.put("select writer is distinct from ? from idem.progress", (session, bound) -> {
            ProgressRow row = session.state().progress.get(bound.text(1));
            return row == null
                    ? Answer.rows(List.of("value"), List.of())
                    : Answer.value(!Objects.equals(row.writer(), bound.get(0)));
        });
        BY_BEGINNING.put("select generation = ? from idem.progress", (session, bound) -> {
            ProgressRow row = session.state().progress.get(bound.text(1));
            return row == null
                    ? Answer.rows(List.of("value"), List.of())
                    : Answer.value(row.generation() == bound.number(0));
        });
        // The model keeps no times, and the simulation never begins a log anew.
        BY_BEGINNING.put(
                "select coalesce(commit_ts < ?, false) from idem.progress", (session, bound) -> Answer.value(false));
        BY_BEGINNING.put("update idem.progress set cut = ?, log_offset = ?", ControlStatements::rewind);
        BY_BEGINNING.put("update idem.progress set epoch = ?", ControlStatements::advance);
        BY_BEGINNING.put(
                "select id, definition_json::text, target_schema, target_table, floor_epoch",
                ControlStatements::readTargets);
        BY_BEGINNING.put("select format('table %s.%s of pipeline %s', source_schema", ControlStatements::holder);
        BY_BEGINNING.put("insert into idem.target", ControlStatements::insertTarget);
        BY_BEGINNING.put("update idem.target set floor_epoch = ?", (session, bound) -> {
            long id = bound.number(3);
            session.changing().targets.computeIfPresent(id, (same, row) -> withFloor(row, bound.version(0)));
            return Answer.changed(1);
        });
        BY_BEGINNING.put("select source_schema, source_table, ahead_epoch", ControlStatements::readAhead);
        BY_BEGINNING.put("update idem.target set ahead_epoch = ?", (session, bound) -> {
            long id = bound.number(4);
            session.changing()
                    .targets
                    .computeIfPresent(id, (same, row) -> withAhead(row, (int) bound.number(0), bound.text(1)));
            session.changing().rereads.put(id, RowVersion.of((int) bound.number(2), bound.text(3), 0));
            return Answer.changed(1);
        });
        PurgeStatements.addTo(BY_BEGINNING);
        BY_BEGINNING.put(
                "select source_schema, source_table, cut, log_offset, attempts from idem.parked",
                (session, bound) -> Answer.rows(List.of(), List.of()));
        BY_BEGINNING.put("update idem.parked set cut = ?", (session, bound) -> Answer.changed(0));
        BY_BEGINNING.put(
                "select letter.* from idem.dead_letter", (session, bound) -> Answer.rows(List.of(), List.of()));
        BY_BEGINNING.put("select pg_advisory_xact_lock(", (session, bound) -> Answer.value(false));
        BY_BEGINNING.put("insert into idem.dead_letter", (session, bound) -> {
            String at = bound.text(1) + '-' + bound.text(2) + '@' + bound.text(3);
            boolean known = session.state().deadLetters.contains(at);
            if (!known) {
                session.changing().deadLetters.add(at);
            }
            return Answer.changed(known ? 0 : 1);
        });
    }

    private ControlStatements() {}

    /** The statement of that text, blanks made one; null where it is none of the control schema's. */
    static @Nullable Statement find(String sql) {
        return BY_BEGINNING.entrySet().stream()
                .filter(entry -> sql.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static Answer readProgress(MemorySession session, Parameters bound) {
        ProgressRow row = session.state().progress.get(bound.text(0));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        if (row != null) {
            rows.add(List.of(
                    row.generation(), row.epoch(), row.commitLsn(), row.cut(), row.logOffset(), row.consistent()));
        }
        return Answer.rows(List.of("generation", "epoch", "lsn", "cut", "log_offset", "consistent"), rows);
    }

    private static Answer takeOver(MemorySession session, Parameters bound) {
        session.changing()
                .progress
                .merge(
                        bound.text(0),
                        new ProgressRow(1, bound.get(1), 0, "0/0", 0, 0, false, 0),
                        (was, first) -> new ProgressRow(
                                was.generation() + 1,
                                bound.get(1),
                                was.epoch(),
                                was.commitLsn(),
                                was.cut(),
                                was.logOffset(),
                                was.consistent(),
                                was.events()));
        return readProgress(session, bound);
    }

    private static Answer rewind(MemorySession session, Parameters bound) {
        ProgressRow was = session.state().progress.get(bound.text(2));
        if (was == null || was.generation() != bound.number(3)) {
            return Answer.changed(0);
        }
        session.changing()
                .progress
                .put(
                        bound.text(2),
                        new ProgressRow(
                                was.generation(),
                                was.writer(),
                                was.epoch(),
                                was.commitLsn(),
                                bound.number(0),
                                bound.number(1),
                                was.consistent(),
                                was.events()));
        return Answer.changed(1);
    }

    private static Answer advance(MemorySession session, Parameters bound) {
        ProgressRow was = session.state().progress.get(bound.text(7));
        if (was == null || was.generation() != bound.number(8)) {
            return Answer.changed(0);
        }
        session.changing()
                .progress
                .put(
                        bound.text(7),
                        new ProgressRow(
                                was.generation(),
                                was.writer(),
                                (int) bound.number(0),
                                bound.text(1),
                                bound.number(3),
                                bound.number(4),
                                bound.flag(5),
                                was.events() + bound.number(6)));
        return Answer.changed(1);
    }

    private static Answer readTargets(MemorySession session, Parameters bound) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        session.state().targets.values().stream()
                .filter(row -> row.pipeline().equals(bound.text(0)))
                .forEach(row -> rows.add(List.of(
                        row.id(),
                        row.json(),
                        row.schema(),
                        row.table(),
                        row.floor().epoch(),
                        row.floor().lsnText(),
                        row.floor().ordinal())));
        return Answer.rows(
                List.of("id", "definition_json", "schema", "table", "floor_epoch", "floor_lsn", "floor_seq"), rows);
    }

    /** Here every table stands under the name that it has at the source. */
    private static Answer holder(MemorySession session, Parameters bound) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        session.state().targets.values().stream()
                .filter(row -> row.schema().equals(bound.text(0)) && row.table().equals(bound.text(1)))
                .forEach(row -> rows.add(List.of("table " + row.table() + " of pipeline " + row.pipeline())));
        return Answer.rows(List.of("holder"), rows);
    }

    private static Answer insertTarget(MemorySession session, Parameters bound) throws SQLException {
        MemoryState state = session.changing();
        boolean known = state.targets.values().stream()
                .anyMatch(row -> row.pipeline().equals(bound.text(0))
                        && row.schema().equals(bound.text(1))
                        && row.table().equals(bound.text(2)));
        if (known) {
            throw new SQLException("duplicate key value violates unique constraint", UNIQUE_VIOLATION);
        }
        long id = 1L + state.targets.size();
        state.targets.put(
                id,
                new TargetRow(
                        id,
                        bound.text(0),
                        bound.text(1),
                        bound.text(2),
                        (int) bound.number(5),
                        bound.text(6),
                        new RowVersion(0, 0, 0),
                        0,
                        "0/0"));
        return Answer.value(id);
    }

    private static TargetRow withFloor(TargetRow row, RowVersion floor) {
        return new TargetRow(
                row.id(),
                row.pipeline(),
                row.schema(),
                row.table(),
                row.definition(),
                row.json(),
                floor,
                row.aheadEpoch(),
                row.aheadLsn());
    }

    private static TargetRow withAhead(TargetRow row, int epoch, String lsn) {
        return new TargetRow(
                row.id(),
                row.pipeline(),
                row.schema(),
                row.table(),
                row.definition(),
                row.json(),
                row.floor(),
                epoch,
                lsn);
    }

    private static Answer readAhead(MemorySession session, Parameters bound) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        session.state().targets.values().stream()
                .filter(row -> row.pipeline().equals(bound.text(0)))
                .forEach(row -> {
                    RowVersion reread = session.state().rereads.getOrDefault(row.id(), new RowVersion(0, 0, 0));
                    rows.add(List.of(
                            row.schema(),
                            row.table(),
                            row.aheadEpoch(),
                            row.aheadLsn(),
                            reread.epoch(),
                            reread.lsnText()));
                });
        return Answer.rows(
                List.of("source_schema", "source_table", "ahead_epoch", "ahead_lsn", "reread_epoch", "reread_lsn"),
                rows);
    }
}
