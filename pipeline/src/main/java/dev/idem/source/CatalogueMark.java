package dev.idem.source;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Tells cheaply whether the source's catalogue of tables was written since the last look.
 *
 * <p>Every change of a table's definition, of a publication or of a partition's place inserts, deletes or replaces rows
 * of these catalogues, and a row that replaces another has a new {@code xmin}. Temporary tables move the mark too:
 * somebody who looks closer finds nothing then.
 *
 * <p>The more a look costs, the rarer it is done, so that it takes no more than a fiftieth of a server's process; but
 * one look that was slow, as the first ones of a process are, must not keep new tables waiting for long.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class CatalogueMark {

    private static final long INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long LONGEST_NANOS = Duration.ofSeconds(15).toNanos();
    private static final int SHARE = 50;
    private static final String MARK = """
            select
                (select count(*) || ' ' || sum(xmin::text::bigint) || ' ' || sum(oid::bigint)
                    from pg_class where relkind in ('r', 'p') and relpersistence <> 't'),
                (select count(*) || ' ' || sum(xmin::text::bigint)
                    from pg_attribute where attnum > 0 and attrelid >= 16384),
                (select count(*) || ' ' || sum(xmin::text::bigint) from pg_index where indrelid >= 16384),
                (select count(*) || ' ' || sum(xmin::text::bigint) from pg_inherits),
                (select count(*) || ' ' || sum(xmin::text::bigint) from pg_namespace),
                (select count(*) || ' ' || sum(xmin::text::bigint) from pg_publication),
                (select count(*) || ' ' || sum(xmin::text::bigint) from pg_publication_rel)
            """;
    private static final int PARTS = 7;

    private final SourceDatabase source;
    private String last = "";
    private long lookedNanos = System.nanoTime();
    private long pauseNanos = INTERVAL_NANOS;

    /** Looks through the source's own session; the first look follows at {@link #hasMoved}. */
    public CatalogueMark(SourceDatabase source) {
        this.source = source;
    }

    /** True where it is time to look and the catalogue was written since the last time, or was never looked at. */
    public boolean hasMoved() {
        if (System.nanoTime() - lookedNanos < pauseNanos) {
            return false;
        }
        lookedNanos = System.nanoTime();
        String now = read();
        boolean moved = !now.equals(last);
        last = now;
        looked();
        return moved;
    }

    /** To be called after a closer look, which counts as a part of this one. */
    public void looked() {
        long share = SHARE * (System.nanoTime() - lookedNanos);
        pauseNanos = Math.min(LONGEST_NANOS, Math.max(INTERVAL_NANOS, share));
    }

    private String read() {
        try (PreparedStatement statement = source.connection().prepareStatement(MARK);
                ResultSet row = statement.executeQuery()) {
            StringBuilder mark = new StringBuilder();
            while (row.next()) {
                for (int i = 1; i <= PARTS; i++) {
                    mark.append(row.getString(i)).append('/');
                }
            }
            return mark.toString();
        } catch (SQLException e) {
            throw SourceFault.of("looking whether the source's tables have changed", e);
        }
    }
}
