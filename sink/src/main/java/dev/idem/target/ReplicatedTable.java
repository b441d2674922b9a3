package dev.idem.target;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.sql.TargetTable;
import org.jspecify.annotations.Nullable;

/**
 * A table as the warehouse holds it now.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param id its number in {@code idem.target}
 * @param definition the youngest definition that it follows
 * @param target the table in the warehouse
 * @param floor the version below which no row exists; null where there is none
 */
public record ReplicatedTable(
        long id,
        TableDefinition definition,
        TargetTable target,
        @Nullable Version floor) {

    /** Its name in the warehouse. */
    TableId place() {
        return new TableId(target.schema(), target.name());
    }

    ReplicatedTable withFloor(Version newFloor) {
        return new ReplicatedTable(id, definition, target, newFloor);
    }

    ReplicatedTable withDefinition(TableDefinition newDefinition) {
        return new ReplicatedTable(id, newDefinition, target, floor);
    }
}
