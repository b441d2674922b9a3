package dev.idem.relation;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.sql.WiderType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether the rows that the log has of a table are still right under its next definition.
 *
 * <p>The WAL tells nothing of rows that a change of the definition writes: a rewrite, or the value that a new column
 * has in the rows that were there.
 *
 * <p><i>Threads:</i> stateless.
 *
 * <p><i>Source:</i> PostgreSQL, ALTER TABLE, "Notes".
 */
final class RereadRule {

    private RereadRule() {}

    /** Why the table must be read anew; empty where its rows are known. */
    static Optional<String> reason(TableDefinition before, TableDefinition after, RelationFacts facts) {
        if (before.relation() != after.relation()) {
            return Optional.of("it was dropped and made again");
        }
        if (!before.key().equals(after.key()) && !sameKey(before, after)) {
            return Optional.of("its key has changed from " + before.key() + " to " + after.key());
        }
        Map<Integer, ColumnDefinition> old = new HashMap<>();
        before.columns().forEach(column -> old.put(column.number(), column));
        return after.columns().stream()
                .filter(column -> !column.generated())
                .flatMap(column -> reason(before, old, column, facts).stream())
                .findFirst();
    }

    private static Optional<String> reason(
            TableDefinition before, Map<Integer, ColumnDefinition> old, ColumnDefinition column, RelationFacts facts) {
        ColumnDefinition was = old.get(column.number());
        if (was == null) {
            if (before.indexOf(column.name()) >= 0) {
                return Optional.of("its column " + column.name() + " was dropped and added again");
            }
            boolean filled = facts.attribute(column.number())
                    .map(RelationFacts.Attribute::filled)
                    .orElse(facts.definition().isPresent());
            return column.missing() == null && filled
                    ? Optional.of("its column " + column.name()
                            + " was added with a default that the source computed for each row")
                    : Optional.empty();
        }
        if (was.generated()) {
            return Optional.of("its column " + column.name() + " was generated and is not any more");
        }
        return was.type().equals(column.type()) || WiderType.holdsAsItIs(was.type(), column.type())
                ? Optional.empty()
                : Optional.of("the type of its column " + column.name() + " has changed from " + was.type() + " to "
                        + column.type());
    }

    private static boolean sameKey(TableDefinition before, TableDefinition after) {
        return numbers(before).equals(numbers(after));
    }

    private static java.util.List<Integer> numbers(TableDefinition definition) {
        return definition.key().stream()
                .map(name -> definition.columns().get(definition.indexOf(name)).number())
                .toList();
    }
}
