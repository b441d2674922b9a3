package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.Generation;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.TypeDefinition;
import dev.idem.sql.GeneratedColumn;
import dev.idem.sql.TargetColumn;
import dev.idem.sql.TargetTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a target table looks like that follows a definition.
 *
 * <p><i>Threads:</i> stateless.
 */
final class TargetShape {

    private TargetShape() {}

    /** Where the table's rows go. */
    static TargetTable of(long id, TableDefinition sourceDefinition, TableId place) {
        TableDefinition definition = WarehouseColumns.named(sourceDefinition);
        List<TargetColumn> columns = new ArrayList<>();
        List<GeneratedColumn> generated = new ArrayList<>();
        for (ColumnDefinition column : definition.columns()) {
            Generation generation = column.generation();
            if (generation == null || definition.isKey(column.name())) {
                columns.add(column(column).basedOn(domainBase(definition, column.type())));
            } else {
                generated.add(new GeneratedColumn(
                        column(column), generation.expression(), generation.virtual(), columns.size()));
            }
        }
        TableDefinition written = definition.written();
        List<TargetColumn> key = definition.key().stream()
                .map(name -> columns.get(written.indexOf(name)))
                .toList();
        return new TargetTable(place.schema(), place.name(), columns, key, id, generated);
    }

    private static @Nullable String domainBase(TableDefinition definition, String type) {
        for (TypeDefinition known : definition.types()) {
            if (known instanceof TypeDefinition.DomainType domain
                    && domain.name().equals(type)) {
                String below = domainBase(definition, domain.base());
                return below == null ? domain.base() : below;
            }
        }
        return null;
    }

    /** A generated column is never carried, so it cannot forbid NULL. */
    static TargetColumn column(ColumnDefinition column) {
        boolean notNull = column.notNull() && !column.generated();
        return new TargetColumn(column.name(), column.type(), notNull, column.toastable(), column.collation(), null);
    }
}
