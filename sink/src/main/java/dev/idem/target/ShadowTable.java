package dev.idem.target;

import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.MetadataColumns;
import dev.idem.sql.RebuildSql;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * The shadow of a replicated table: a second table of the same shape in the schema {@code idem}, with deletes and a
 * floor of its own, which no stream follows. It is noted in {@code idem.target} under a pipeline's name that no setting
 * allows, so that what a crash leaves behind is found.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> stateless.
 */
public final class ShadowTable {

    private static final String SCHEMA = "idem";
    private static final String NAME = "rebuild_";
    private static final String NO_PIPELINE = " rebuild";

    private ShadowTable() {}

    /**
     * Makes the shadow of a table: empty, with the same definition and floor. Columns that others added, and what a row
     * must meet besides its key, it leaves out: a row may meet it in the end and not on the way.
     */
    public static ReplicatedTable create(Handle handle, String pipeline, ReplicatedTable table) {
        TableId place = new TableId(SCHEMA, NAME + table.id());
        TargetStore store = new TargetStore(pipeline + NO_PIPELINE);
        long id = store.add(handle, table.definition(), place);
        Version floor = table.floor();
        if (floor != null) {
            store.raiseFloor(handle, id, floor);
        }
        TargetTable shadow = TargetShape.of(id, table.definition(), place);
        handle.execute(RebuildSql.createShadow(table.target(), shadow));
        Map<String, ExistingColumn> present = ExistingTable.columns(handle, shadow);
        addedByOthers(present.keySet(), shadow)
                .forEach(column -> handle.execute(RebuildSql.dropAddedColumn(shadow, column)));
        shadow.otherColumns().forEach(column -> handle.execute(TableSql.allowNull(shadow, column.name())));
        handle.execute(TableSql.createIdentity(shadow));
        handle.execute(TableSql.createTombstones(shadow));
        return new ReplicatedTable(id, table.definition(), shadow, floor);
    }

    /** The columns of a table that follow no column of the source and are none of ours. */
    public static Set<String> addedByOthers(Set<String> present, TargetTable table) {
        Set<String> added = new HashSet<>(present);
        added.removeAll(MetadataColumns.NAMES);
        table.columns().forEach(column -> added.remove(column.name()));
        table.generated().forEach(generated -> added.remove(generated.column().name()));
        return added;
    }

    /** Drops every shadow of the pipeline. */
    public static void dropAll(Handle handle, String pipeline) {
        TargetStore store = new TargetStore(pipeline + NO_PIPELINE);
        store.all(handle).forEach(stored -> {
            RebuildSql.drop(TargetShape.of(stored.id(), stored.definition(), stored.place()))
                    .forEach(statement -> handle.execute(statement));
            store.remove(handle, stored.id());
        });
    }
}
