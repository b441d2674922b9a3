package dev.idem.apply;

import dev.idem.change.Lsn;
import dev.idem.change.Version;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code idem.tombstone_purge}.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> immutable.
 */
final class PurgeTable {

    private final String pipeline;

    PurgeTable(String pipeline) {
        this.pipeline = pipeline;
    }

    /**
     * A table that remembers deletes.
     *
     * @param id its number in {@code idem.target}
     * @param blocks how large what remembers them is
     * @param below deletes below this version are forgotten; null where none were
     * @param waits why it was left out; null where it was not
     */
    record Entry(
            long id,
            long blocks,
            @Nullable Version below,
            @Nullable String waits) {}

    /** The tables that may remember deletes. */
    List<Entry> all(Handle handle) {
        return handle.createQuery("""
                        select
                          target.id,
                          pg_relation_size(to_regclass('idem.tombstone_' || target.id))
                            / current_setting('block_size')::bigint as blocks,
                          coalesce(purge.below_epoch, 0),
                          coalesce(purge.below_lsn, '0/0')::text,
                          coalesce(purge.below_seq, 0),
                          purge.waits
                        from idem.target as target
                        left join idem.tombstone_purge as purge on purge.target = target.id
                        where target.pipeline = :pipeline
                        order by target.id""")
                .bind("pipeline", pipeline)
                .map((row, context) -> new Entry(
                        row.getLong(1),
                        row.getLong(2),
                        row.getInt(3) == 0
                                ? null
                                : new Version(row.getInt(3), Lsn.parse(row.getString(4)), row.getLong(5)),
                        row.getString(6)))
                .filter(entry -> entry.blocks() > 0)
                .list();
    }

    /** Deletes were forgotten. */
    void add(Handle handle, long id, long purged) {
        handle.createUpdate("""
                        insert into idem.tombstone_purge as known (target, purged)
                        values (:id, :purged)
                        on conflict (target) do update set
                          purged = known.purged + excluded.purged,
                          updated_at = now()""").bind("id", id).bind("purged", purged).execute();
    }

    /** All deletes below a version are forgotten. */
    void done(Handle handle, long id, Version below) {
        handle.createUpdate("""
                        insert into idem.tombstone_purge as known (target, below_epoch, below_lsn, below_seq)
                        values (:id, :epoch, :lsn::pg_lsn, :seq)
                        on conflict (target) do update set
                          below_epoch = excluded.below_epoch,
                          below_lsn = excluded.below_lsn,
                          below_seq = excluded.below_seq,
                          updated_at = now()""")
                .bind("id", id)
                .bind("epoch", below.epoch())
                .bind("lsn", below.lsn().toString())
                .bind("seq", below.ordinal())
                .execute();
    }

    /** Why the table is left out; null where it is not. */
    void waits(Handle handle, long id, @Nullable String reason) {
        handle.createUpdate("""
                        insert into idem.tombstone_purge as known (target, waits)
                        values (:id, :reason)
                        on conflict (target) do update set
                          waits = excluded.waits,
                          updated_at = now()""").bind("id", id).bind("reason", reason).execute();
    }
}
