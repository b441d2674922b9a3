package dev.idem.apply;

import dev.idem.change.TableDefinition;
import dev.idem.change.Version;
import dev.idem.warehouse.Progress;
import org.jspecify.annotations.Nullable;

/**
 * What a rebuild begins with.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param definition the table's
 * @param floor the version below which none of its rows exists; null where there is none
 * @param progress where the stream stands
 */
public record RebuildStart(
        TableDefinition definition, @Nullable Version floor, Progress progress) {}
