package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.Generation;
import dev.idem.change.TableDefinition;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.MetadataColumns;
import java.util.List;

/**
 * The definition of a table under the names that its columns have in the warehouse.
 *
 * <p><i>Threads:</i> stateless.
 */
final class WarehouseColumns {

    private WarehouseColumns() {}

    /** The same definition with the columns' names in the warehouse. */
    static TableDefinition named(TableDefinition definition) {
        List<ColumnDefinition> columns = definition.columns().stream()
                .map(column -> column.named(MetadataColumns.warehouseName(column.name())))
                .toList();
        return columns.equals(definition.columns())
                ? definition
                : new TableDefinition(
                                definition.table(),
                                definition.number(),
                                definition.relation(),
                                columns,
                                definition.key().stream()
                                        .map(MetadataColumns::warehouseName)
                                        .toList(),
                                definition.replicaIdentity(),
                                definition.types())
                        .numbered(definition.number(), definition.since());
    }

    /**
     * Looks whether the warehouse can compute what the source computes where columns have other names there.
     *
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where an expression names a column that has another
     *     name in the warehouse
     */
    static void requireComputable(TableDefinition definition) {
        List<String> renamed = definition.columnNames().stream()
                .filter(name -> !MetadataColumns.warehouseName(name).equals(name))
                .toList();
        for (ColumnDefinition column : definition.columns()) {
            Generation generation = column.generation();
            if (generation != null && renamed.stream().anyMatch(generation.expression()::contains)) {
                throw new PipelineException(
                        ErrorKind.WAREHOUSE_UNFIT,
                        "table " + definition.table() + ": its generated column " + column.name()
                                + " is computed from columns that have the names of our metadata columns " + renamed
                                + " (expected: other names, or no such column). Remedy: rename them at the source");
            }
        }
    }
}
