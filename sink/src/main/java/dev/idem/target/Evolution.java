package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetColumn;
import dev.idem.sql.TargetTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides how a target table follows its source from one definition to the next. Columns are told by their attribute
 * number, so a rename is a rename and not a drop and an add. A column that the source drops stays, empty for new rows:
 * nothing is dropped silently.
 */
final class Evolution {

    private Evolution() {}

    /** The statements, in order; none where the table already fits. */
    static List<String> statements(TargetTable target, TableDefinition from, TableDefinition to) {
        Map<Integer, ColumnDefinition> before = new HashMap<>();
        from.columns().forEach(column -> before.put(column.number(), column));
        Map<Integer, ColumnDefinition> after = new HashMap<>();
        to.columns().forEach(column -> after.put(column.number(), column));

        List<String> statements = new ArrayList<>();
        for (ColumnDefinition column : from.columns()) {
            if (!after.containsKey(column.number()) && column.notNull()) {
                statements.add(TableSql.changeNullability(target, allowingNull(column)));
            }
        }
        for (ColumnDefinition column : to.columns()) {
            ColumnDefinition old = before.get(column.number());
            if (old == null) {
                statements.add(TableSql.addColumn(target, TargetTables.column(column)));
            } else {
                follow(statements, target, old, column);
            }
        }
        return statements;
    }

    private static void follow(
            List<String> statements, TargetTable target, ColumnDefinition old, ColumnDefinition column) {
        if (!old.name().equals(column.name())) {
            statements.add(TableSql.renameColumn(target, old.name(), column.name()));
            if (target.key().stream().anyMatch(key -> key.name().equals(old.name()))) {
                statements.add(TableSql.renameTombstoneColumn(target, old.name(), column.name()));
            }
        }
        TargetColumn targetColumn = TargetTables.column(column);
        if (!old.type().equals(column.type())) {
            statements.add(TableSql.changeType(target, targetColumn));
            if (target.key().stream().anyMatch(key -> key.name().equals(old.name()))) {
                statements.add(TableSql.changeTombstoneType(target, targetColumn));
            }
        }
        if (old.notNull() && !column.notNull()) {
            statements.add(TableSql.changeNullability(target, targetColumn));
        }
    }

    private static TargetColumn allowingNull(ColumnDefinition column) {
        return new TargetColumn(column.name(), column.type(), false, column.toastable());
    }
}
