package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.sql.KeySql;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.TableSql;
import dev.idem.sql.TargetTable;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table whose rows are told apart by another key than before, or by none, or by one where there was none.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> thread-safe: there is no state.
 */
final class KeyChange {

    /*
     * Deletes are remembered by the old key and cannot be told by the new one, so they are forgotten. That is safe because
     * changes come in the source's order: once the warehouse follows the new key, all that was made under the old one was
     * applied. Such a change that comes again has nothing to add, and is left out (isSuperseded).
     */

    private static final Logger LOG = LoggerFactory.getLogger(KeyChange.class);

    private KeyChange() {}

    /** True where the keys differ; a renamed column is still the same column of the key. */
    static boolean isBetween(TableDefinition from, TableDefinition to) {
        return !numbers(from).equals(numbers(to));
    }

    private static List<Integer> numbers(TableDefinition definition) {
        return definition.key().stream()
                .map(name -> definition.columns().get(definition.indexOf(name)).number())
                .toList();
    }

    /**
     * Takes away what tells rows apart, so that the columns can be changed. A column of the key that the table has no
     * longer allows NULL from now on: the primary key had forbidden it, whatever the definition says.
     */
    static void leave(Handle handle, TargetTable old, TableDefinition from, TableDefinition to) {
        List<String> statements = handle.createQuery(KeySql.dropsOfIdentity())
                .bind(0, SqlIdentifier.quoted(old.schema(), old.name()))
                .bindArray(1, String.class, KeySql.identity(old).toArray())
                .mapTo(String.class)
                .list();
        statements.forEach(handle::execute);
        List<Integer> stay = to.columns().stream().map(ColumnDefinition::number).toList();
        from.columns().stream()
                .filter(column -> from.key().contains(column.name()) && !stay.contains(column.number()))
                .forEach(column -> handle.execute(TableSql.allowNull(old, column.name())));
        handle.execute(KeySql.dropTombstones(old));
    }

    /** Tells rows apart by the new key. */
    static void enter(Handle handle, TargetTable now, TableDefinition from, TableDefinition to) {
        allowNull(handle, now, from, to);
        if (!now.hasKey()) {
            handle.execute(KeySql.numberRows(now));
        }
        handle.execute(KeySql.addIdentity(now));
        handle.execute(TableSql.createTombstones(now));
        LOG.info("key changed table={} from={} to={}", now, from.key(), to.key());
    }

    /** A column that is no longer of the key may allow NULL again. */
    private static void allowNull(Handle handle, TargetTable now, TableDefinition from, TableDefinition to) {
        List<Integer> stay = numbers(to);
        List<Integer> left =
                numbers(from).stream().filter(number -> !stay.contains(number)).toList();
        to.columns().stream()
                .filter(column -> left.contains(column.number()))
                .forEach(column -> handle.execute(TableSql.changeNullability(now, TargetShape.column(column))));
    }
}
