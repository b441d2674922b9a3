package dev.idem.testing.memory;

import dev.idem.testing.memory.ControlStatements.Statement;
import dev.idem.testing.memory.MemoryState.ProgressRow;
import dev.idem.testing.memory.MemoryState.PurgeRow;
import dev.idem.testing.memory.MemoryState.TargetRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The statements by which deletes are forgotten, and those that ask for replays, of which there are none. Whatever
 * remembers the deletes of a table is one block.
 *
 * <p><i>Threads:</i> one thread.
 */
final class PurgeStatements {

    private static final String TOMBSTONES = "delete from idem.tombstone_";

    private PurgeStatements() {}

    static void addTo(Map<String, Statement> byBeginning) {
        byBeginning.put("update idem.target as target set (reread_epoch, reread_lsn)", PurgeStatements::takeOver);
        byBeginning.put("update idem.progress set rereads_noted_by = generation", (session, bound) -> {
            ProgressRow row = Objects.requireNonNull(session.state().progress.get(bound.text(0)));
            session.changing().rereadsNotedBy.put(bound.text(0), row.generation());
            return Answer.changed(1);
        });
        byBeginning.put("select target.id, pg_relation_size(", PurgeStatements::entries);
        byBeginning.put(
                "insert into idem.tombstone_purge as known (target, purged)",
                (session, bound) -> change(
                        session,
                        bound.number(0),
                        row -> new PurgeRow(row.below(), row.purged() + bound.number(1), row.waits())));
        byBeginning.put(
                "insert into idem.tombstone_purge as known (target, below_epoch",
                (session, bound) -> change(
                        session, bound.number(0), row -> new PurgeRow(bound.version(1), row.purged(), row.waits())));
        byBeginning.put(
                "insert into idem.tombstone_purge as known (target, waits)",
                (session, bound) -> change(
                        session, bound.number(0), row -> new PurgeRow(row.below(), row.purged(), bound.textOrNull(1))));
        byBeginning.put("select id, request, state, from_cut", (session, bound) -> Answer.rows(List.of(), List.of()));
        byBeginning.put("select to_regclass('idem.replay_order') is not null", (session, bound) -> Answer.value(true));
    }

    /** The statement that forgets deletes; null where the text is another. */
    static @Nullable Statement forget(String sql) {
        if (!sql.startsWith(TOMBSTONES)) {
            return null;
        }
        long id = Long.parseLong(sql.substring(TOMBSTONES.length(), sql.indexOf(' ', TOMBSTONES.length())));
        return (session, bound) -> {
            TargetRow row = Objects.requireNonNull(session.state().targets.get(id));
            int forgotten = session.changing().table(place(row)).forgetDeletes(bound.version(2));
            return Answer.changed(forgotten);
        };
    }

    private static String place(TargetRow row) {
        return '"' + row.schema() + "\".\"" + row.table() + '"';
    }

    private static Answer takeOver(MemorySession session, Parameters bound) {
        ProgressRow progress = Objects.requireNonNull(session.state().progress.get(bound.text(0)));
        Long notedBy = session.state().rereadsNotedBy.get(bound.text(0));
        if (notedBy != null && notedBy == progress.generation() - 1) {
            return Answer.changed(0);
        }
        MemoryState state = session.changing();
        state.targets.values().forEach(row -> {
            RowVersion reached = RowVersion.of(progress.epoch(), progress.commitLsn(), 0);
            RowVersion ahead = RowVersion.of(row.aheadEpoch(), row.aheadLsn(), 0);
            state.rereads.put(row.id(), reached.isBelow(ahead) ? ahead : reached);
        });
        return Answer.changed(state.targets.size());
    }

    private static Answer entries(MemorySession session, Parameters bound) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        session.state().targets.values().stream()
                .filter(row -> row.pipeline().equals(bound.text(0)))
                .forEach(row -> {
                    MemoryTable table = session.state().tables.get(place(row));
                    PurgeRow purge = session.state().purges.getOrDefault(row.id(), PurgeRow.NONE);
                    List<@Nullable Object> values = new ArrayList<>(List.of(
                            row.id(),
                            table == null || table.tombstones().isEmpty() ? 0L : 1L,
                            purge.below().epoch(),
                            purge.below().lsnText(),
                            purge.below().ordinal()));
                    values.add(purge.waits());
                    rows.add(values);
                });
        return Answer.rows(List.of("id", "blocks", "below_epoch", "below_lsn", "below_seq", "waits"), rows);
    }

    private static Answer change(MemorySession session, long target, UnaryOperator<PurgeRow> change) {
        Map<Long, PurgeRow> purges = session.changing().purges;
        purges.put(target, change.apply(purges.getOrDefault(target, PurgeRow.NONE)));
        return Answer.changed(1);
    }
}
