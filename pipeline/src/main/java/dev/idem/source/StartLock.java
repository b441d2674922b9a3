package dev.idem.source;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Lets one capture of a slot start at a time.
 *
 * <p>While the slot is read by a capture, others see that it is in use and stand by. But there is none while a first
 * snapshot is begun, and nobody uses it while that is read: a second capture would fence the first and drop its slot.
 *
 * <p>It is a courtesy, not the fence: a capture that hangs loses the lock with its session, and what it does afterwards
 * Kafka refuses.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> PostgreSQL, "Advisory Locks": a session's lock ends with the session.
 */
public final class StartLock {

    private static final String KEY = "hashtextextended('idem capture ' || ?, 0)";

    /** Longer than anything that a start waits for without asking the source; the setting exists from version 14 on. */
    private static final String LONGEST_SILENCE = """
            select set_config(name, ?, false) from pg_settings where name = 'idle_session_timeout'
            """;

    private final SourceDatabase source;
    private final String slot;

    /** The lock of the captures that stream from this slot; not taken yet. */
    public StartLock(SourceDatabase source, String slot) {
        this.source = source;
        this.slot = slot;
    }

    /** Takes it for this session; false where another has it. */
    public boolean tryTake() {
        return ask("select pg_try_advisory_lock(" + KEY + ")", slot, "taking the lock of starts") && silence("10min");
    }

    /** Gives it back; it must be held. */
    public void release() {
        ask("select pg_advisory_unlock(" + KEY + ")", slot, "releasing the lock of starts");
        silence("0");
    }

    private boolean silence(String longest) {
        ask(LONGEST_SILENCE, longest, "bounding the session's silence");
        return true;
    }

    /** The first column of the first row, where it is true. */
    private boolean ask(String sql, String value, String doing) {
        try (PreparedStatement statement = source.connection().prepareStatement(sql)) {
            statement.setString(1, value);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && "t".equals(row.getString(1));
            }
        } catch (SQLException e) {
            throw SourceFault.of(doing, e);
        }
    }
}
