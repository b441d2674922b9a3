package dev.idem.capture;

import dev.idem.change.TableId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds tables that the stream has and that have rows which it has not: a partition was attached to them, ALTER TABLE
 * has written them anew, or the publication shows other rows of them.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MissedRows {

    private static final Logger LOG = LoggerFactory.getLogger(MissedRows.class);

    private static final String ATTACHED = "a table was attached to it as a partition";
    private static final String REWRITTEN = "the source has written its rows anew";
    private static final String SHOWN = "the publication shows other rows or columns of it";

    private final SourceDatabase source;
    private final SourceSettings settings;
    private Looked last;

    private record Looked(Partitions partitions, RewrittenTables files, RowFilters filters) {}

    private MissedRows(SourceDatabase source, SourceSettings settings) {
        this.source = source;
        this.settings = settings;
        this.last = look();
    }

    /** Looks for the first time: what comes later is compared with that. */
    static MissedRows read(SourceDatabase source, SourceSettings settings) {
        return new MissedRows(source, settings);
    }

    private Looked look() {
        return new Looked(
                Partitions.read(source, settings.slot()),
                RewrittenTables.read(source, settings.slot()),
                RowFilters.read(source, settings));
    }

    /**
     * What may have happened where the stream had not been yet when it last ended; each table with the reason for which
     * it has to be read anew.
     *
     * @param replicated the tables in question and their {@code pg_class.oid}
     * @param afterSnapshot whether the stream has not begun since the initial snapshot, which read what is published
     */
    Map<TableId, String> atStart(Map<TableId, Long> replicated, boolean afterSnapshot) {
        Map<TableId, String> missed = new TreeMap<>();
        if (!afterSnapshot) {
            add(missed, last.filters().young(), SHOWN, replicated);
        }
        add(missed, last.files().young(), REWRITTEN, replicated);
        add(missed, last.partitions().youngAttachments(), ATTACHED, replicated);
        return missed;
    }

    /** What has happened since the last look. */
    Map<TableId, String> sinceLastLook(Map<TableId, Long> replicated) {
        Looked before = last;
        last = look();
        for (TableId root : last.partitions().lostSince(before.partitions())) {
            if (replicated.containsKey(root)) {
                LOG.warn(
                        "a partition was dropped or detached, the warehouse keeps its rows table={} remedy={}",
                        root,
                        "./idem resync " + root);
            }
        }
        Map<TableId, String> missed = new TreeMap<>();
        add(missed, last.filters().changedSince(before.filters()), SHOWN, replicated);
        add(missed, last.files().since(before.files()), REWRITTEN, replicated);
        add(missed, last.partitions().attachedSince(before.partitions()), ATTACHED, replicated);
        return missed;
    }

    private static void add(
            Map<TableId, String> missed, Set<TableId> tables, String reason, Map<TableId, Long> replicated) {
        tables.stream().filter(replicated::containsKey).forEach(table -> missed.put(table, reason));
    }
}
