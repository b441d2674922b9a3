package dev.idem.source;

import dev.idem.change.PartitionList;
import dev.idem.change.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds tables that the stream has and that have rows which it has not: a partition was attached to them, ALTER TABLE
 * has written them anew, or the publication shows other rows of them.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class MissedRows {

    private static final Logger LOG = LoggerFactory.getLogger(MissedRows.class);

    private static final String ATTACHED = "a table was attached to it as a partition";
    private static final String REWRITTEN = "the source has written its rows anew";
    private static final String SHOWN = "the publication shows other rows or columns of it";

    private final SourceDatabase source;
    private final SourceSettings settings;
    private final Consumer<List<PartitionList>> partitions;
    private Looked last;

    /** What a look at the catalogue found. */
    public record Looked(Partitions partitions, RewrittenTables files, RowFilters filters) {}

    /**
     * Looks at the catalogue for the first time: what is so now was not missed.
     *
     * @param partitions told of the partitions that there are, now and at each look
     */
    public MissedRows(SourceDatabase source, SourceSettings settings, Consumer<List<PartitionList>> partitions) {
        this.source = source;
        this.settings = settings;
        this.partitions = partitions;
        this.last = look(source, settings);
        partitions.accept(last.partitions().lists());
    }

    /** Looks at the catalogue. */
    public static Looked look(SourceDatabase source, SourceSettings settings) {
        return new Looked(
                Partitions.read(source, settings.slot()),
                RewrittenTables.read(source, settings.slot()),
                RowFilters.read(source, settings));
    }

    /**
     * What has happened where the stream had not been yet when it last ended; each table with the reason for which it
     * has to be read anew.
     *
     * @param replicated the tables in question and their {@code pg_class.oid}
     * @param beforeSnapshot how it was before the initial snapshot, where that was just taken; else the age of the
     *     catalogue's rows tells what may be younger than the slot, and something may be read without need
     */
    public Map<TableId, String> atStart(Map<TableId, Long> replicated, Optional<Looked> beforeSnapshot) {
        if (beforeSnapshot.isPresent()) {
            Map<TableId, String> missed = between(beforeSnapshot.get(), last, replicated);
            add(missed, last.filters().changedSince(beforeSnapshot.get().filters()), SHOWN, replicated);
            return missed;
        }
        return of(
                last.filters().young(), last.files().young(), last.partitions().youngAttachments(), replicated);
    }

    /** What has happened since the last look; {@link PublicationState} tells of the publication meanwhile. */
    public Map<TableId, String> sinceLastLook(Map<TableId, Long> replicated) {
        Looked before = last;
        last = look(source, settings);
        partitions.accept(last.partitions().lists());
        return between(before, last, replicated);
    }

    /**
     * Names the tables that have lost a partition since the log was told of their partitions.
     *
     * @return their roots
     */
    public Set<TableId> nameLost(Collection<PartitionList> told, Map<TableId, Long> replicated) {
        return nameLost(last.partitions().lostSince(told), replicated);
    }

    private static Set<TableId> nameLost(Set<TableId> roots, Map<TableId, Long> replicated) {
        Set<TableId> named = new TreeSet<>(roots);
        named.retainAll(replicated.keySet());
        named.forEach(root -> LOG.warn(
                "a partition was dropped or detached, the warehouse keeps its rows table={} remedy={}",
                root,
                "./idem resync " + root));
        return named;
    }

    private static Map<TableId, String> between(Looked before, Looked now, Map<TableId, Long> replicated) {
        nameLost(now.partitions().lostSince(before.partitions()), replicated);
        return of(
                Set.of(),
                now.files().since(before.files()),
                now.partitions().attachedSince(before.partitions()),
                replicated);
    }

    private static Map<TableId, String> of(
            Set<TableId> shown, Set<TableId> rewritten, Set<TableId> attached, Map<TableId, Long> replicated) {
        Map<TableId, String> missed = new TreeMap<>();
        add(missed, shown, SHOWN, replicated);
        add(missed, rewritten, REWRITTEN, replicated);
        add(missed, attached, ATTACHED, replicated);
        return missed;
    }

    private static void add(
            Map<TableId, String> missed, Set<TableId> tables, String reason, Map<TableId, Long> replicated) {
        tables.stream().filter(replicated::containsKey).forEach(table -> missed.put(table, reason));
    }
}
