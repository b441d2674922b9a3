package dev.idem.apply;

import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.target.ReplicatedTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What is known of the rows that re-reads of a table have brought.
 *
 * <p>Up to which version they came ahead of the stream: what the stream brings below it is older than what the
 * warehouse may hold. And up to where they lie in the log: they may be older than the stream's changes before them, and
 * a partition that begins with a change above this position holds none of them any more.
 *
 * <p>All writing happens in the caller's transaction. After a rollback {@link #load} must be called again.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RereadRows {

    private static final Version NONE = new Version(0, Lsn.ZERO, 0);
    private static final Marks NO_ROWS = new Marks(NONE, NONE);

    private final String pipeline;
    private final Map<TableId, Marks> marks = new HashMap<>();
    private final Set<TableId> unsaved = new HashSet<>();

    RereadRows(String pipeline) {
        this.pipeline = pipeline;
    }

    private record Marks(Version ahead, Version behind) {}

    /**
     * Takes over from another writer. Where that was one that did not note up to where re-reads lie in the log, all
     * that it applied may be of a re-read.
     */
    static void takeOver(Handle handle, String pipeline) {
        handle.createUpdate("""
                        update idem.target as target set (reread_epoch, reread_lsn) = (
                          select mark.epoch, mark.lsn
                          from (
                            values (progress.epoch, progress.commit_lsn), (target.ahead_epoch, target.ahead_lsn)
                          ) as mark (epoch, lsn)
                          order by mark.epoch desc, mark.lsn desc
                          limit 1
                        )
                        from idem.progress as progress
                        where progress.pipeline = :pipeline
                          and target.pipeline = progress.pipeline
                          and progress.rereads_noted_by is distinct from progress.generation - 1""").bind("pipeline", pipeline).execute();
        handle.createUpdate("update idem.progress set rereads_noted_by = generation where pipeline = :pipeline")
                .bind("pipeline", pipeline)
                .execute();
    }

    /** Reads what the warehouse holds, in place of what is remembered. */
    void load(Handle handle) {
        marks.clear();
        unsaved.clear();
        handle.createQuery("""
                        select source_schema, source_table, ahead_epoch, ahead_lsn::text, reread_epoch, reread_lsn::text
                        from idem.target
                        where pipeline = :pipeline and (ahead_epoch > 0 or reread_epoch > 0)""")
                .bind("pipeline", pipeline)
                .map((row, context) -> Map.entry(
                        new TableId(row.getString(1), row.getString(2)),
                        new Marks(
                                upTo(row.getInt(3), Lsn.parse(row.getString(4))),
                                upTo(row.getInt(5), Lsn.parse(row.getString(6))))))
                .forEach(entry -> marks.put(entry.getKey(), entry.getValue()));
    }

    private static Version upTo(int epoch, Lsn lsn) {
        return epoch == 0 ? NONE : new Version(epoch, lsn, Long.MAX_VALUE);
    }

    /**
     * A row or a floor of a re-read came.
     *
     * @param version of the row or the floor
     * @param cut the highest version of the stream up to where it lies in the log
     */
    void note(TableId table, Version version, Version cut) {
        Marks was = marks.getOrDefault(table, NO_ROWS);
        Version upTo = upTo(version.epoch(), version.lsn());
        Marks now = new Marks(
                version.isAfter(cut) ? later(was.ahead(), upTo) : was.ahead(), later(was.behind(), later(upTo, cut)));
        if (!now.equals(was)) {
            marks.put(table, now);
            unsaved.add(table);
        }
    }

    private static Version later(Version one, Version other) {
        return one.isBefore(other) ? other : one;
    }

    /** Everything that came ahead of the stream has a version up to this one. */
    Version aheadOf(TableId table) {
        return marks.getOrDefault(table, NO_ROWS).ahead();
    }

    /** Behind the stream's changes above this version no row of a re-read that was applied lies in the log. */
    Version behind(TableId table) {
        return marks.getOrDefault(table, NO_ROWS).behind();
    }

    /** Writes down what was noted of the table. */
    void store(Handle handle, ReplicatedTable table) {
        TableId id = table.definition().table();
        if (unsaved.remove(id)) {
            handle.createUpdate("""
                            update idem.target set
                              ahead_epoch = :aheadEpoch,
                              ahead_lsn = :aheadLsn::pg_lsn,
                              reread_epoch = :rereadEpoch,
                              reread_lsn = :rereadLsn::pg_lsn
                            where id = :id""")
                    .bind("aheadEpoch", aheadOf(id).epoch())
                    .bind("aheadLsn", aheadOf(id).lsn().toString())
                    .bind("rereadEpoch", behind(id).epoch())
                    .bind("rereadLsn", behind(id).lsn().toString())
                    .bind("id", table.id())
                    .execute();
        }
    }
}
