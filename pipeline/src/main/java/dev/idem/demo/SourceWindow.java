package dev.idem.demo;

import dev.idem.change.Lsn;
import dev.idem.process.DatabaseAddress;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * A look at the source from outside: where its WAL ends and how much of it was sent to the capture.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SourceWindow implements AutoCloseable {

    private final Handle handle;
    private final String slot;

    SourceWindow(DatabaseAddress source, String slot) {
        this.handle = DemoDatabase.open(source, "idem demo");
        this.slot = slot;
    }

    /**
     * Positions in the source's WAL.
     *
     * @param head where it ends
     * @param captured up to where the server has sent it through the slot; empty while nobody reads
     */
    record WalPositions(Lsn head, Optional<Lsn> captured) {}

    /** The positions now. */
    WalPositions positions() {
        return handle.select("""
                        select pg_current_wal_insert_lsn()::text, (
                          select replication.sent_lsn::text
                          from pg_replication_slots as slot
                          join pg_stat_replication as replication on replication.pid = slot.active_pid
                          where slot.slot_name = ?
                        )""", slot)
                .map((row, context) -> new WalPositions(
                        Lsn.parse(row.getString(1)),
                        Optional.ofNullable(row.getString(2)).map(Lsn::parse)))
                .one();
    }

    /** Writes the shop's closing and commits; its number. */
    long closeShop() {
        return handle.select("insert into shop.closings default values returning id")
                .mapTo(Long.class)
                .one();
    }

    @Override
    public void close() {
        handle.close();
    }
}
