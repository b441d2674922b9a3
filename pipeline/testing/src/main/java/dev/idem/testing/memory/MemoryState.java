package dev.idem.testing.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that the warehouse holds, as of one moment.
 *
 * <p><i>Threads:</i> one thread.
 */
final class MemoryState {

    /** A row of {@code idem.progress}. */
    record ProgressRow(
            long generation,
            @Nullable Object writer,
            int epoch,
            String commitLsn,
            long cut,
            long logOffset,
            boolean consistent,
            long events) {}

    /** A row of {@code idem.target}. */
    record TargetRow(
            long id,
            String pipeline,
            String schema,
            String table,
            int definition,
            String json,
            RowVersion floor,
            int aheadEpoch,
            String aheadLsn) {}

    /** A row of {@code idem.tombstone_purge}. */
    record PurgeRow(RowVersion below, long purged, @Nullable String waits) {
        static final PurgeRow NONE = new PurgeRow(new RowVersion(0, 0, 0), 0, null);
    }

    final Map<String, ProgressRow> progress = new TreeMap<>();
    final Map<String, Long> rereadsNotedBy = new TreeMap<>();
    final Map<Long, RowVersion> rereads = new TreeMap<>();
    final Map<Long, PurgeRow> purges = new TreeMap<>();
    final Map<Long, TargetRow> targets = new LinkedHashMap<>();
    final Map<String, MemoryTable> tables = new TreeMap<>();
    final List<String> deadLetters = new ArrayList<>();

    MemoryState copy() {
        MemoryState copy = new MemoryState();
        copy.progress.putAll(progress);
        copy.targets.putAll(targets);
        tables.forEach((name, table) -> copy.tables.put(name, table.copy()));
        copy.deadLetters.addAll(deadLetters);
        copy.rereadsNotedBy.putAll(rereadsNotedBy);
        copy.rereads.putAll(rereads);
        copy.purges.putAll(purges);
        return copy;
    }

    MemoryTable table(String name) {
        MemoryTable table = tables.get(name);
        if (table == null) {
            throw new AssertionError("the warehouse model has no table " + name);
        }
        return table;
    }
}
