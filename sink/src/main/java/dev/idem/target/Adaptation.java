package dev.idem.target;

import dev.idem.change.Change;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings changes that were made under any definition of a table into the shape of the one that the warehouse follows.
 *
 * <p><i>Threads:</i> one thread.
 */
final class Adaptation {

    private final Map<MappingKey, RowMapping> mappings = new HashMap<>();

    private final FollowedTypes types;

    Adaptation(FollowedTypes types) {
        this.types = types;
    }

    /** Forgets what was made of definitions and types that have changed since. */
    void clear() {
        mappings.clear();
    }

    private record MappingKey(TableId madeUnder, int from, long target, int to) {}

    /** The change in the shape of the definition that the warehouse follows. */
    Change adapt(Change change, TableDefinition madeUnder, ReplicatedTable table) {
        if (madeUnder.number() == table.definition().number()
                && table.target().generated().isEmpty()
                && madeUnder.types().isEmpty()) {
            return change;
        }
        RowMapping mapping = mappings.computeIfAbsent(
                new MappingKey(
                        madeUnder.table(),
                        madeUnder.number(),
                        table.id(),
                        table.definition().number()),
                key -> RowMapping.between(madeUnder, table.definition().written(), types.now(madeUnder.types())));
        return change.match(
                upsert -> new Change.Upsert(
                        upsert.version(),
                        mapping.map(upsert.key()),
                        mapping.map(upsert.row()),
                        upsert.movedFrom().map(mapping::map)),
                delete -> new Change.Delete(delete.version(), mapping.map(delete.key())),
                truncate -> truncate,
                keyless -> new Change.Keyless(
                        keyless.version(), map(mapping, keyless.before()), map(mapping, keyless.after())));
    }

    private static @Nullable Row map(RowMapping mapping, @Nullable Row row) {
        return row == null ? null : mapping.map(row);
    }
}
