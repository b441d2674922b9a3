package dev.idem.source;

import dev.idem.change.TableId;
import java.util.Optional;

/**
 * A table of the source that the settings choose.
 *
 * @param table its name
 * @param obstacle why it cannot be replicated; empty where it can
 * @param warning what it will not replicate; empty where it replicates everything
 * @param identified whether the source can say which row an update or delete is about
 */
public record SourceTable(TableId table, Optional<String> obstacle, Optional<String> warning, boolean identified) {

    /** True where nothing stands against it. */
    public boolean isReplicable() {
        return obstacle.isEmpty();
    }
}
