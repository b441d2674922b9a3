package dev.idem.demo;

import dev.idem.change.Lsn;
import dev.idem.process.DatabaseAddress;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Cuts the sink off in the middle of a warehouse transaction.
 *
 * <p>The last thing that the sink does before it commits is to move its position. A lock on the position's row makes it
 * stop exactly there: all rows of the batch are written, nothing is committed. Then the server ends its session.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SinkCutOff implements AutoCloseable {

    private final Handle locking;
    private final Handle watching;
    private final String sink;

    private record Blocked(long pid, List<String> tables) {}

    /**
     * Takes hold of the position.
     *
     * @param sink the name under which the sink's session stands in {@code pg_stat_activity}
     */
    SinkCutOff(DatabaseAddress warehouse, String sink) {
        this.sink = sink;
        this.watching = DemoDatabase.open(warehouse, "idem demo");
        this.locking = DemoDatabase.open(warehouse, "idem demo");
        locking.begin();
    }

    /** Stops the sink's next commit; returns when the one in hand is over. */
    Lsn hold(String pipeline) {
        return locking.select("select commit_lsn::text from idem.progress where pipeline = ? for update", pipeline)
                .map((row, context) -> Lsn.parse(row.getString(1)))
                .one();
    }

    /**
     * Ends the session that waits for us, if one does by now; the position is free again then.
     *
     * @return the tables of the shop in which its transaction had written
     */
    Optional<List<String>> severWhereStopped() {
        return blockedSink().map(session -> {
            watching.select("select pg_terminate_backend(?::integer, 10000)", session.pid())
                    .mapTo(Boolean.class)
                    .one();
            locking.rollback();
            return session.tables();
        });
    }

    private Optional<Blocked> blockedSink() {
        long locker =
                locking.select("select pg_backend_pid()").mapTo(Long.class).one();
        return watching.select("""
                        select activity.pid, array(
                          select c.relname::text
                          from pg_locks as held
                          join pg_class as c on c.oid = held.relation and c.relkind = 'r'
                          where held.pid = activity.pid
                            and held.mode = 'RowExclusiveLock'
                            and c.relnamespace = ?::regnamespace
                          order by c.relname
                        )
                        from pg_stat_activity as activity
                        where activity.application_name = ?
                          and activity.backend_xid is not null
                          and ?::integer = any (pg_blocking_pids(activity.pid))""", ShopDatabase.SCHEMA, sink, locker)
                .map((row, context) -> new Blocked(
                        row.getLong(1), List.of((String[]) row.getArray(2).getArray())))
                .findFirst();
    }

    @Override
    public void close() {
        try (locking;
                watching) {
            if (locking.isInTransaction()) {
                locking.rollback();
            }
        }
    }
}
