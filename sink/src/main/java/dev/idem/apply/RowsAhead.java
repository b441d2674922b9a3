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
 * Up to which version rows of a table came ahead of the stream, by a re-read: what the stream brings below it is older
 * than what the warehouse may hold.
 *
 * <p>All writing happens in the caller's transaction. After a rollback {@link #load} must be called again.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RowsAhead {

    private static final Version NONE = new Version(0, Lsn.ZERO, 0);

    private final String pipeline;
    private final Map<TableId, Version> highest = new HashMap<>();
    private final Set<TableId> unsaved = new HashSet<>();

    RowsAhead(String pipeline) {
        this.pipeline = pipeline;
    }

    /** Reads what the warehouse holds, in place of what is remembered. */
    void load(Handle handle) {
        highest.clear();
        unsaved.clear();
        handle.createQuery("""
                        select source_schema, source_table, ahead_epoch, ahead_lsn::text
                        from idem.target
                        where pipeline = :pipeline and ahead_epoch > 0""")
                .bind("pipeline", pipeline)
                .map((row, context) -> Map.entry(
                        new TableId(row.getString(1), row.getString(2)),
                        upTo(row.getInt(3), Lsn.parse(row.getString(4)))))
                .forEach(entry -> highest.put(entry.getKey(), entry.getValue()));
    }

    private static Version upTo(int epoch, Lsn lsn) {
        return new Version(epoch, lsn, Long.MAX_VALUE);
    }

    /** A row or a floor of that version came ahead of the stream. */
    void note(TableId table, Version version) {
        Version bound = upTo(version.epoch(), version.lsn());
        if (bound.isAfter(of(table))) {
            highest.put(table, bound);
            unsaved.add(table);
        }
    }

    /** Everything that came ahead has a version up to this one. */
    Version of(TableId table) {
        return highest.getOrDefault(table, NONE);
    }

    /** Writes down what was noted of the table. */
    void store(Handle handle, ReplicatedTable table) {
        TableId id = table.definition().table();
        if (unsaved.remove(id)) {
            handle.createUpdate("""
                            update idem.target set ahead_epoch = :epoch, ahead_lsn = :lsn::pg_lsn
                            where id = :id""")
                    .bind("epoch", of(id).epoch())
                    .bind("lsn", of(id).lsn().toString())
                    .bind("id", table.id())
                    .execute();
        }
    }
}
