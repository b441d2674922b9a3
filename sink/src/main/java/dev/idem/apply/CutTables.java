package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.consume.CutReader;

/**
 * What a cut tells of tables besides their changes: definitions, and snapshots that are complete.
 *
 * <p><i>Threads:</i> as the writer's.
 */
final class CutTables {

    private CutTables() {}

    static void take(Cut cut, CutReader reader, Topics topics, WarehouseWriter writer) {
        for (Cut.TableState state : cut.tables()) {
            if (writer.leavesOut(state.table())) {
                continue;
            }
            TableDefinition definition = reader.definition(topics.of(state.table()), state.definition());
            writer.define(definition);
            Lsn completeAt = state.completeAt();
            if (completeAt != null) {
                writer.completeSnapshot(definition, Version.ofSnapshot(cut.epoch(), completeAt));
            }
        }
    }
}
