package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetColumn;
import dev.idem.sql.TargetTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Decides how a target table follows its source from one definition to the next. Columns are told by their attribute
 * number, so a rename is a rename and not a drop and an add. A column that the source drops stays, empty for new rows,
 * unless the settings say that it goes. Where another column takes the name of one that stays, that is moved aside.
 */
final class Evolution {

    private final TargetTable target;
    private final Map<String, ExistingColumn> present;
    private final TableDefinition to;
    private final Map<Integer, ColumnDefinition> before;
    private final Map<Integer, ColumnDefinition> after;
    private final Set<String> taken;
    private final Set<String> gone = new HashSet<>();
    private final boolean keepsKey;
    private final List<String> statements = new ArrayList<>();

    private Evolution(
            TargetTable target, Map<String, ExistingColumn> present, TableDefinition from, TableDefinition to) {
        this.target = target;
        this.present = present;
        this.to = to;
        this.before = byNumber(from.written());
        this.after = byNumber(to.written());
        this.keepsKey = !KeyChange.isBetween(from, to);
        this.taken = new HashSet<>(present.keySet());
        taken.addAll(from.columnNames());
        taken.addAll(to.columnNames());
    }

    private static Map<Integer, ColumnDefinition> byNumber(TableDefinition definition) {
        Map<Integer, ColumnDefinition> columns = new LinkedHashMap<>();
        definition.columns().forEach(column -> columns.put(column.number(), column));
        return columns;
    }

    /**
     * The statements, in order; none where the table already fits.
     *
     * @param present all columns that the target table has, by name
     * @param dropped what becomes of columns that the source has no longer
     */
    static List<String> statements(
            TargetTable target,
            Map<String, ExistingColumn> present,
            TableDefinition from,
            TableDefinition to,
            DroppedColumns dropped) {
        Evolution evolution = new Evolution(target, present, from, to);
        evolution.leaveBehind(dropped);
        evolution.giveWay();
        evolution.rename();
        evolution.after.values().forEach(evolution::addOrFollow);
        return List.copyOf(evolution.statements);
    }

    /** Columns that take no part any more: they go, or stay and allow NULL. */
    private void leaveBehind(DroppedColumns dropped) {
        for (ColumnDefinition column : before.values()) {
            if (!after.containsKey(column.number()) && present.containsKey(column.name())) {
                if (target.hasKey()) {
                    statements.add(TableSql.forgetCarried(target, column.name()));
                }
                if (dropped == DroppedColumns.DROP) {
                    statements.add(TableSql.dropColumn(target, column.name()));
                    gone.add(column.name());
                } else if (column.notNull()) {
                    statements.add(TableSql.changeNullability(target, allowingNull(column)));
                }
            }
        }
    }

    /** Columns that stay give way to those that want their names. */
    private void giveWay() {
        Set<String> goesOn = new HashSet<>(gone);
        before.values().stream()
                .filter(column -> after.containsKey(column.number()))
                .forEach(column -> goesOn.add(column.name()));
        for (ColumnDefinition column : after.values()) {
            if (present.containsKey(column.name()) && !goesOn.contains(column.name())) {
                statements.add(TableSql.renameColumn(target, column.name(), free(column.name(), "_dropped")));
            }
        }
    }

    /** A name that no column has, made of another. */
    private String free(String name, String ending) {
        String found = ShortName.of(name, ending);
        for (int number = 2; !taken.add(found); number++) {
            found = ShortName.of(name, ending + number);
        }
        return found;
    }

    /** Where columns exchange names, each goes by way of a name that nobody has. */
    private void rename() {
        Map<String, String> renames = new LinkedHashMap<>();
        before.values().forEach(column -> {
            ColumnDefinition now = after.get(column.number());
            if (now != null && !now.name().equals(column.name())) {
                renames.put(column.name(), now.name());
            }
        });
        Map<String, String> halfWay = new HashMap<>();
        renames.forEach((old, now) -> {
            if (renames.containsKey(now)) {
                halfWay.put(old, free(old, "_renamed"));
                rename(old, old, halfWay.get(old));
            }
        });
        renames.forEach((old, now) -> {
            if (!halfWay.containsKey(old)) {
                rename(old, old, now);
            }
        });
        halfWay.forEach((old, between) -> rename(old, between, Objects.requireNonNull(renames.get(old), old)));
    }

    private void rename(String known, String old, String now) {
        statements.add(TableSql.renameColumn(target, old, now));
        if (target.hasKey()) {
            statements.add(TableSql.renameCarried(target, old, now));
        }
        if (isKey(known)) {
            statements.add(TableSql.renameTombstoneColumn(target, old, now));
        }
    }

    /** True where deletes are remembered by the column and go on to be. */
    private boolean isKey(String name) {
        return keepsKey && target.key().stream().anyMatch(key -> key.name().equals(name));
    }

    private void addOrFollow(ColumnDefinition column) {
        ColumnDefinition old = before.get(column.number());
        TargetColumn targetColumn = TargetShape.column(column);
        if (old == null) {
            statements.addAll(TableSql.addColumn(target, targetColumn, column.missing()));
            return;
        }
        boolean changed = !old.type().equals(column.type()) || !Objects.equals(old.collation(), column.collation());
        if (changed && !isWiderAlready(old, column)) {
            statements.add(TableSql.changeType(target, targetColumn));
            if (isKey(old.name())) {
                statements.add(TableSql.changeTombstoneType(target, targetColumn));
            }
        }
        if (old.notNull() && !column.notNull()) {
            statements.add(TableSql.changeNullability(target, targetColumn));
        }
    }

    /** True where the warehouse's column is of neither type and takes the new one as it is, as somebody made it. */
    private boolean isWiderAlready(ColumnDefinition old, ColumnDefinition column) {
        ExistingColumn existing = present.get(old.name());
        return existing != null && !existing.type().equals(old.type()) && TableFit.holds(to, column, existing.type());
    }

    private static TargetColumn allowingNull(ColumnDefinition column) {
        return new TargetColumn(column.name(), column.type(), false, column.toastable(), column.collation(), null);
    }
}
