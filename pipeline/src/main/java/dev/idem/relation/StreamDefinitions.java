package dev.idem.relation;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a table's definition at a place of the stream of what the stream says there, what the catalogue says now and
 * what is known of other times.
 *
 * <p>Names, types, order, replica identity and the key's columns are the stream's. The rest is the catalogue's where it
 * speaks of the same attribute, else the last definition's, else what forbids least; but no key's column holds NULL.
 *
 * <p><i>Threads:</i> one thread; made for one message.
 */
final class StreamDefinitions {

    private static final String UNKNOWN_TYPE = "text";

    private final RelationMessage message;
    private final RelationFacts facts;
    private final Optional<TableDefinition> last;
    private final List<TableDefinition> known;
    private final Map<Integer, ColumnDefinition> now = new HashMap<>();

    /**
     * Prepares it.
     *
     * @param last the definition that held before, where one is known
     * @param known every known definition of the relation, the youngest first
     */
    StreamDefinitions(
            RelationMessage message, RelationFacts facts, Optional<TableDefinition> last, List<TableDefinition> known) {
        this.message = message;
        this.facts = facts;
        this.last = last;
        this.known = known;
        facts.definition().ifPresent(d -> d.columns().forEach(column -> now.put(column.number(), column)));
    }

    /**
     * The definition, without a number of its own.
     *
     * @param certain false where the attribute numbers could be others
     */
    record Made(TableDefinition definition, List<Integer> numbers, boolean certain) {}

    /** The definition; {@code told} are the columns as the source's event trigger has told them, where there is one. */
    Made make(Optional<ToldColumns> told) {
        List<ColumnNumbers.Column> columns = streamColumns();
        ColumnNumbers.Found found = told.flatMap(columnsTold -> columnsTold.find(columns))
                .or(() -> asLast(columns))
                .orElseGet(() -> ColumnNumbers.find(columns, slots()));
        SortedMap<Integer, ColumnDefinition> made = new TreeMap<>();
        for (int i = 0; i < columns.size(); i++) {
            int number = found.numbers().get(i);
            made.put(number, column(columns.get(i), number, facts.types().get(i).toastable()));
        }
        addGenerated(made);
        List<String> key = key(made, found.numbers());
        made.replaceAll((number, column) -> key.contains(column.name()) ? column.forbiddingNull() : column);
        TableDefinition definition = new TableDefinition(
                message.table(), 1, message.relation(), List.copyOf(made.values()), key, replicaIdentity(), types());
        return new Made(definition, found.numbers(), found.certain());
    }

    private List<ColumnNumbers.Column> streamColumns() {
        List<ColumnNumbers.Column> columns = new ArrayList<>();
        for (int i = 0; i < message.columns().size(); i++) {
            String name = message.columns().get(i).name();
            String type = facts.types().get(i).name();
            columns.add(new ColumnNumbers.Column(name, type == null ? typeOfDropped(name) : type));
        }
        return columns;
    }

    private String typeOfDropped(String name) {
        return known.stream()
                .filter(definition -> definition.indexOf(name) >= 0)
                .map(definition ->
                        definition.columns().get(definition.indexOf(name)).type())
                .findFirst()
                .orElse(UNKNOWN_TYPE);
    }

    /** The numbers of the last definition, where it has the same columns and none of them was dropped since. */
    private Optional<ColumnNumbers.Found> asLast(List<ColumnNumbers.Column> columns) {
        if (last.isEmpty()) {
            return Optional.empty();
        }
        // Generated columns are in the stream where the publication publishes them, from PostgreSQL 18 on.
        List<ColumnDefinition> before = last.get().columns().stream()
                .filter(column -> !column.generated() || isInStream(column))
                .toList();
        boolean same = before.stream()
                .map(column -> new ColumnNumbers.Column(column.name(), column.type()))
                .toList()
                .equals(columns);
        boolean live =
                facts.definition().isEmpty() || before.stream().allMatch(column -> now.containsKey(column.number()));
        return same && live
                ? Optional.of(new ColumnNumbers.Found(
                        before.stream().map(ColumnDefinition::number).toList(), true))
                : Optional.empty();
    }

    private boolean isInStream(ColumnDefinition column) {
        return message.columns().stream().anyMatch(streamed -> streamed.name().equals(column.name()));
    }

    private List<ColumnNumbers.Slot> slots() {
        SortedMap<Integer, Set<ColumnNumbers.Column>> earlier = new TreeMap<>();
        Set<Integer> optional = new HashSet<>();
        facts.attributes().forEach(attribute -> earlier.put(attribute.number(), new LinkedHashSet<>()));
        for (TableDefinition definition : known) {
            for (ColumnDefinition column : definition.columns()) {
                earlier.computeIfAbsent(column.number(), number -> new LinkedHashSet<>())
                        .add(new ColumnNumbers.Column(column.name(), column.type()));
                if (column.generated()) {
                    optional.add(column.number());
                }
            }
        }
        List<ColumnNumbers.Slot> slots = new ArrayList<>();
        earlier.forEach((number, names) -> {
            Optional<ColumnDefinition> current = Optional.ofNullable(now.get(number));
            slots.add(new ColumnNumbers.Slot(
                    number,
                    current.map(column -> new ColumnNumbers.Column(column.name(), column.type())),
                    names,
                    optional.contains(number)
                            || current.map(ColumnDefinition::generated).orElse(false)));
        });
        return slots;
    }

    private ColumnDefinition column(ColumnNumbers.Column stream, int number, boolean toastable) {
        ColumnDefinition current = sameType(now.get(number), stream);
        ColumnDefinition before = sameType(lastColumn(number), stream);
        boolean settled =
                facts.attribute(number).map(RelationFacts.Attribute::settled).orElse(false);
        boolean notNull = current == null
                ? before != null && before.notNull()
                : current.notNull() && (settled || (before != null && before.notNull()));
        ColumnDefinition source = current != null ? current : before;
        return source == null
                ? ColumnDefinition.plain(stream.name(), stream.type(), number, notNull, toastable)
                : new ColumnDefinition(
                        stream.name(),
                        stream.type(),
                        number,
                        notNull,
                        source.toastable(),
                        source.generation(),
                        source.collation(),
                        source.missing());
    }

    private static @Nullable ColumnDefinition sameType(@Nullable ColumnDefinition column, ColumnNumbers.Column stream) {
        return column != null && column.type().equals(stream.type()) ? column : null;
    }

    private @Nullable ColumnDefinition lastColumn(int number) {
        return last.flatMap(definition -> definition.columns().stream()
                        .filter(column -> column.number() == number)
                        .findFirst())
                .or(() -> known.stream()
                        .flatMap(definition -> definition.columns().stream())
                        .filter(column -> column.number() == number)
                        .findFirst())
                .orElse(null);
    }

    /** The stream tells the root's; what the old images hold is the partitions' matter. */
    private ReplicaIdentity replicaIdentity() {
        return facts.definition()
                .filter(now -> facts.partitioned())
                .map(TableDefinition::replicaIdentity)
                .orElse(message.replicaIdentity());
    }

    private void addGenerated(SortedMap<Integer, ColumnDefinition> made) {
        Set<String> names = new HashSet<>();
        made.values().forEach(column -> names.add(column.name()));
        facts.definition().or(() -> last).map(TableDefinition::columns).orElse(List.of()).stream()
                .filter(ColumnDefinition::generated)
                .filter(column -> !made.containsKey(column.number()) && names.add(column.name()))
                .forEach(column -> made.put(column.number(), column));
    }

    /*
     * The flags tell the set; an order that fits it comes from the catalogue or the last definition. Under FULL every
     * column has the flag, and under NOTHING none has, so the key is what the catalogue or the last definition says; so
     * it is where the root has an index for its identity and the partitions do not.
     */
    private List<String> key(SortedMap<Integer, ColumnDefinition> made, List<Integer> numbers) {
        Optional<List<String>> current = facts.definition().flatMap(definition -> keyIn(definition, made));
        Optional<List<String>> before = last.flatMap(definition -> keyIn(definition, made));
        boolean flagsTell = message.replicaIdentity() == ReplicaIdentity.DEFAULT
                || message.replicaIdentity() == ReplicaIdentity.INDEX && replicaIdentity() == ReplicaIdentity.INDEX;
        if (!flagsTell) {
            return current.or(() -> before).orElse(List.of());
        }
        Set<String> flagged = new LinkedHashSet<>();
        for (int i = 0; i < numbers.size(); i++) {
            if (message.columns().get(i).key()) {
                flagged.add(message.columns().get(i).name());
            }
        }
        return current.filter(key -> flagged.equals(new HashSet<>(key)))
                .or(() -> before.filter(key -> flagged.equals(new HashSet<>(key))))
                .orElseGet(() -> List.copyOf(flagged));
    }

    /** The key of another definition under the names of this one; empty where a column of it is not there. */
    private static Optional<List<String>> keyIn(TableDefinition definition, SortedMap<Integer, ColumnDefinition> made) {
        List<String> key = new ArrayList<>();
        for (String name : definition.key()) {
            ColumnDefinition here =
                    made.get(definition.columns().get(definition.indexOf(name)).number());
            if (here == null) {
                return Optional.empty();
            }
            key.add(here.name());
        }
        return Optional.of(key);
    }

    private List<TypeDefinition> types() {
        if (facts.types().stream().allMatch(type -> type.name() != null)) {
            return facts.userTypes();
        }
        Set<TypeDefinition> types = new LinkedHashSet<>();
        known.stream().findFirst().ifPresent(definition -> types.addAll(definition.types()));
        types.addAll(facts.userTypes());
        return List.copyOf(types);
    }
}
