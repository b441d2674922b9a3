package dev.idem.control;

import dev.idem.change.TableId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A rebuild that was asked for, as the warehouse remembers it.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param id its number
 * @param state where it stands
 * @param isDryRun true where it counts what would change, and changes nothing
 * @param parts its tables, in the order in which they are rebuilt
 * @param startedAt when it was asked for
 * @param updatedAt when it last went on or ended
 * @param reason why it failed, or why it waits at present, without values; empty where neither is so
 */
public record RebuildEntry(
        long id,
        ReplayRecord.State state,
        boolean isDryRun,
        List<Part> parts,
        Instant startedAt,
        Instant updatedAt,
        Optional<String> reason) {

    /** Copies the list. */
    public RebuildEntry {
        parts = List.copyOf(parts);
    }

    /**
     * One table of it.
     *
     * @param records how many records of the log there are to read
     * @param seen events read so far
     * @param result what came of it; empty until it was rebuilt
     */
    public record Part(TableId table, long records, long seen, Optional<RebuildResult> result) {}

    /** The tables that are still to be rebuilt. */
    public List<TableId> open() {
        return parts.stream()
                .filter(part -> part.result().isEmpty())
                .map(Part::table)
                .toList();
    }

    /** The same with its tables. */
    RebuildEntry with(List<Part> tables) {
        return new RebuildEntry(id, state, isDryRun, tables, startedAt, updatedAt, reason);
    }
}
