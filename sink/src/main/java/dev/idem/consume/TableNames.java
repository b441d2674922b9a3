package dev.idem.consume;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Under which names the changes of one table may stand in the log: the events of a table that was renamed stand in a
 * topic for each of its names.
 *
 * <p>The warehouse finds a definition's table by its relation or by its name. So two names belong together where a
 * relation had both, one after the other, and so do those that are connected by others. That may be more than needed,
 * where two tables exchanged their names, and is never less.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class TableNames {

    private final Map<TableId, Set<Relation>> relations = new HashMap<>();
    private final Map<Relation, Set<TableId>> names = new HashMap<>();

    private record Relation(int epoch, long oid) {
        static Relation of(TableDefinition definition) {
            return new Relation(definition.since().epoch(), definition.relation());
        }
    }

    /** The names that these definitions, all that the log holds, connect. */
    public TableNames(Collection<TableDefinition> definitions) {
        for (TableDefinition definition : definitions) {
            Relation relation = Relation.of(definition);
            relations
                    .computeIfAbsent(definition.table(), name -> new HashSet<>())
                    .add(relation);
            names.computeIfAbsent(relation, same -> new HashSet<>()).add(definition.table());
        }
    }

    /** All names under which changes of the table that follows this definition may stand, its own among them. */
    public Set<TableId> of(TableDefinition definition) {
        Set<TableId> found = new HashSet<>(names.getOrDefault(Relation.of(definition), Set.of()));
        found.add(definition.table());
        Deque<TableId> unseen = new ArrayDeque<>(found);
        while (!unseen.isEmpty()) {
            for (Relation relation : relations.getOrDefault(unseen.remove(), Set.of())) {
                names.getOrDefault(relation, Set.of()).stream()
                        .filter(found::add)
                        .forEach(unseen::add);
            }
        }
        return found;
    }
}
