package dev.idem.testing.memory;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A warehouse in memory, reached by JDBC under {@link #url()}.
 *
 * <p>Sessions see what is committed and what they wrote themselves; a session's statements outside a transaction commit
 * at once. A session in a transaction holds the lock of the writer, for which others would have to wait; here nothing
 * can wait, so it is ended where another takes over as the writer.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class MemoryWarehouse implements AutoCloseable {

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<String, MemoryWarehouse> OPEN = new ConcurrentHashMap<>();
    private static final Map<String, ControlStatements.Statement> STATEMENTS = new ConcurrentHashMap<>();

    static {
        MemoryDriver.register();
    }

    private final String url = MemoryDriver.PREFIX + NUMBERS.incrementAndGet();
    private final List<MemorySession> sessions = new ArrayList<>();
    private MemoryState committed = new MemoryState();
    private Interceptor interceptor = Interceptor.NONE;
    private boolean terminates = true;
    private long commits;

    /** An empty warehouse whose control schema is there. */
    public MemoryWarehouse() {
        OPEN.put(url, this);
    }

    /** Where it is reached. */
    public String url() {
        return url;
    }

    /** From now on every call of every session goes by this. */
    public void intercept(Interceptor next) {
        interceptor = next;
    }

    /** Whether {@code pg_terminate_backend} ends other sessions, as it does where the role has the right to. */
    public void terminates(boolean does) {
        terminates = does;
    }

    /** How often a transaction was committed that changed something. */
    public long commits() {
        return commits;
    }

    static @Nullable MemoryWarehouse find(String url) {
        return OPEN.get(url);
    }

    MemorySession connect() throws SQLException {
        interceptor.before("connect");
        MemorySession session = new MemorySession(this);
        sessions.add(session);
        return session;
    }

    MemoryState committed() {
        return committed;
    }

    void commit(MemoryState state) {
        committed = state;
        commits++;
    }

    void closed(MemorySession session) {
        sessions.remove(session);
    }

    Interceptor interceptor() {
        return interceptor;
    }

    int terminateOthers(MemorySession asking) {
        List<MemorySession> others =
                sessions.stream().filter(session -> session != asking).toList();
        for (MemorySession other : others) {
            if (terminates || other.isInTransaction()) {
                other.terminate();
            }
        }
        return others.size();
    }

    /** Throws away what open sessions have not committed, as a crash of the server does. */
    public void crash() {
        List.copyOf(sessions).forEach(MemorySession::terminate);
    }

    static ControlStatements.Statement statement(String sql) {
        return STATEMENTS.computeIfAbsent(sql, text -> {
            String oneLine = text.replaceAll("\\s+", " ").strip();
            ControlStatements.Statement control = ControlStatements.find(oneLine);
            ControlStatements.Statement found = control == null ? TableStatements.find(oneLine) : control;
            if (found == null) {
                throw new AssertionError("the warehouse model does not know this statement: " + text);
            }
            return found;
        });
    }

    /** The committed rows of a table {@code "schema"."name"} by key; empty where it was not made yet. */
    public Map<List<@Nullable String>, StoredRow> rows(String table) {
        MemoryTable found = committed.tables.get(table);
        return found == null ? Map.of() : found.rows();
    }

    /** The committed tombstones of a table by key. */
    public Map<List<@Nullable String>, RowVersion> tombstones(String table) {
        MemoryTable found = committed.tables.get(table);
        return found == null ? Map.of() : found.tombstones();
    }

    /**
     * The committed position of a pipeline.
     *
     * @param epoch the WAL history
     * @param lsn the commit LSN as text
     * @param cut the last cut read
     * @param consistent whether the tables equal the source as of that commit
     * @param generation the writer's
     */
    public record Position(int epoch, String lsn, long cut, boolean consistent, long generation) {}

    /** The position; null where the pipeline never wrote here. */
    public @Nullable Position position(String pipeline) {
        MemoryState.ProgressRow row = committed.progress.get(pipeline);
        return row == null
                ? null
                : new Position(row.epoch(), row.commitLsn(), row.cut(), row.consistent(), row.generation());
    }

    /**
     * Up to where rows of a table came ahead of the stream, epoch and LSN as text; {@code 0} and {@code 0/0} if none.
     */
    public Map<String, String> ahead() {
        Map<String, String> ahead = new HashMap<>();
        committed.targets.values().forEach(row -> ahead.put(row.table(), row.aheadEpoch() + "/" + row.aheadLsn()));
        return ahead;
    }

    /** Below which version no row of a table {@code "schema"."name"} exists. */
    public RowVersion floor(String table) {
        return committed.targets.values().stream()
                .filter(row -> table.equals('"' + row.schema() + "\".\"" + row.table() + '"'))
                .map(MemoryState.TargetRow::floor)
                .findFirst()
                .orElse(new RowVersion(0, 0, 0));
    }

    /** How many deletes were forgotten. */
    public long purged() {
        return committed.purges.values().stream()
                .mapToLong(MemoryState.PurgeRow::purged)
                .sum();
    }

    /** The coordinates of the events set aside. */
    public List<String> deadLetters() {
        return Collections.unmodifiableList(committed.deadLetters);
    }

    @Override
    public void close() {
        OPEN.remove(url);
    }
}
