package dev.idem.relation;

import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.TypeDefinition;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.source.SourceCatalogue;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import dev.idem.source.SourceTypes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Numbers the tables' definitions.
 *
 * <p>Each distinct definition of a table gets the next number and is published before the first event that names it.
 * The numbers go on from those in the log, so a restart gives the same definition the same number. They tell
 * definitions apart and nothing more: which of two is the younger says {@link TableDefinition#since}.
 *
 * <p>The catalogue tells what a table is now; the stream may still be in the past. So a definition is made of what the
 * stream says, and the catalogue fills in what it leaves out ({@link StreamDefinitions}). Where the rows that are there
 * already cannot be told, the table is asked to be read anew ({@link RereadRule}).
 *
 * <p><i>Threads:</i> thread-safe; the connection given is used by one thread at a time.
 */
public final class Definitions {

    private static final Version UNTOLD = new Version(0, Lsn.ZERO, 0);

    private final SourceDatabase source;
    private final SourceCatalogue catalogue;
    private final RelationCatalogue relations;
    private final Rereads rereads;
    private final List<TableDefinition> known = new ArrayList<>();
    private final Map<Long, ToldColumns> told = new HashMap<>();
    private final List<TableDefinition> unpublished = new ArrayList<>();
    private final TypeRevisions revisions;

    /** With the definitions that the log holds. */
    public Definitions(SourceDatabase source, Collection<TableDefinition> known, Rereads rereads) {
        this.source = source;
        this.revisions = new TypeRevisions(known);
        this.catalogue = new SourceCatalogue(source.connection());
        this.relations = new RelationCatalogue(source.connection());
        this.rereads = rereads;
        this.known.addAll(known);
    }

    /** The definition of a table as the catalogue has it now. */
    public synchronized TableDefinition resolve(TableId table) {
        TableDefinition now = catalogue
                .definition(table)
                .orElseThrow(() -> new PipelineException(
                        ErrorKind.SOURCE_UNFIT, "table " + table + " is gone (expected: a table of the source)"));
        Version since = known.stream()
                .filter(definition -> definition.table().equals(table))
                .map(TableDefinition::since)
                .max(Comparator.naturalOrder())
                .orElse(UNTOLD);
        return register(now, since);
    }

    /**
     * Numbers a definition that is exact at a place: one that the log holds of that place and is the same, else a new
     * one.
     */
    public synchronized TableDefinition register(TableDefinition asOfCatalogue, Version since) {
        // A snapshot's rows are printed by the types of now, whatever the snapshot sees of the catalogue.
        TableDefinition printed = asOfCatalogue.types().isEmpty()
                ? asOfCatalogue
                : asOfCatalogue.withTypes(typesNow(asOfCatalogue.relation(), asOfCatalogue.types()));
        return youngest(printed, since).filter(printed::describesSameAs).orElseGet(() -> number(printed, since));
    }

    /** The relation's types of now, and those of {@code otherwise} that it has no longer. */
    private List<TypeDefinition> typesNow(long relation, List<TypeDefinition> otherwise) {
        try {
            List<TypeDefinition> now =
                    new ArrayList<>(revisions.revised(new SourceTypes(source.connection()).ofRelation(relation)));
            Set<String> names = now.stream().map(TypeDefinition::name).collect(Collectors.toSet());
            otherwise.stream().filter(type -> !names.contains(type.name())).forEach(now::add);
            return now;
        } catch (SQLException e) {
            throw SourceFault.of("reading the types of a table", e);
        }
    }

    /**
     * Looks at the catalogue for types that have changed since the tables' last definitions, and makes new definitions
     * with them. Asks for a table to be read anew where its values may have been misread meanwhile.
     *
     * @return the new definitions, which {@link #takeUnpublished} hands over too
     */
    public synchronized List<TableDefinition> followTypes(Collection<TableId> tables) {
        Map<TableId, TableDefinition> last = new HashMap<>();
        known.stream()
                .filter(definition -> tables.contains(definition.table()))
                .forEach(definition -> last.merge(
                        definition.table(), definition, (one, other) -> other.isYoungerThan(one) ? other : one));
        List<TableDefinition> changed = new ArrayList<>();
        for (TableDefinition definition : last.values()) {
            if (definition.types().stream().noneMatch(TypeDefinition.Changing.class::isInstance)) {
                continue;
            }
            List<TypeDefinition> now = typesNow(definition.relation(), definition.types());
            if (!definition.types().equals(now) && sameNames(definition.types(), now)) {
                TypeRevisions.reasonToReread(definition.types(), now)
                        .ifPresent(reason -> rereads.request(definition.table(), reason));
                changed.add(number(definition.withTypes(now), definition.since()));
            }
        }
        return changed;
    }

    /** The types of the relation's other definitions, those of the youngest first. */
    public synchronized List<List<TypeDefinition>> olderTypes(TableDefinition definition) {
        if (definition.types().isEmpty()) {
            return List.of();
        }
        return known.stream()
                .filter(other -> other.relation() == definition.relation())
                .sorted(Definitions::youngerFirst)
                .map(TableDefinition::types)
                .filter(types -> !types.equals(definition.types()))
                .distinct()
                .toList();
    }

    /** False where the table has other columns by now: then the stream tells. */
    private static boolean sameNames(List<TypeDefinition> before, List<TypeDefinition> now) {
        return now.stream()
                .map(TypeDefinition::name)
                .toList()
                .containsAll(before.stream().map(TypeDefinition::name).toList());
    }

    /** The definition that the stream describes; asks for the table to be read anew where its rows are not told. */
    public synchronized StreamDefinition resolve(StreamRelation relation) {
        RelationMessage message = relation.message();
        RelationFacts facts = relations.facts(message);
        List<TableDefinition> ofRelation = known.stream()
                .filter(definition -> definition.relation() == message.relation())
                .sorted(Definitions::youngerFirst)
                .toList();
        Optional<TableDefinition> last = ofRelation.stream()
                .filter(definition -> definition.since().compareTo(relation.since()) <= 0)
                .findFirst();
        StreamDefinitions.Made made = new StreamDefinitions(message, facts, last, ofRelation)
                .make(Optional.ofNullable(told.get(message.relation())));
        TableDefinition printed =
                made.definition().withTypes(revisions.revised(made.definition().types()));
        TableDefinition definition = chosen(relation, printed, ofRelation, last);
        reasonToReread(made, facts, last)
                .or(() -> last.flatMap(before -> TypeRevisions.reasonToReread(before.types(), printed.types())))
                .ifPresent(reason -> rereads.request(message.table(), reason));
        return new StreamDefinition(definition, made.numbers());
    }

    private TableDefinition chosen(
            StreamRelation relation,
            TableDefinition made,
            List<TableDefinition> ofRelation,
            Optional<TableDefinition> last) {
        Stream<TableDefinition> candidates = relation.replayed()
                ? ofRelation.stream().filter(definition -> definition.since().compareTo(relation.since()) <= 0)
                : last.stream();
        return candidates.filter(made::describesSameAs).findFirst().orElseGet(() -> number(made, relation.since()));
    }

    private Optional<String> reasonToReread(
            StreamDefinitions.Made made, RelationFacts facts, Optional<TableDefinition> last) {
        if (facts.definition().isEmpty()) {
            return Optional.empty();
        }
        if (!made.certain()) {
            return Optional.of("its columns' history since its last definition is not known");
        }
        if (last.isPresent()) {
            return RereadRule.reason(last.get(), made.definition(), facts);
        }
        boolean anew = known.stream()
                .anyMatch(definition ->
                        definition.table().equals(made.definition().table())
                                && definition.relation() != made.definition().relation());
        return anew ? Optional.of("it was dropped and made again") : Optional.empty();
    }

    /** Of each relation the youngest definition. */
    synchronized Map<Long, TableDefinition> newest() {
        Map<Long, TableDefinition> newest = new HashMap<>();
        known.forEach(definition -> newest.merge(
                definition.relation(), definition, (one, other) -> other.isYoungerThan(one) ? other : one));
        return newest;
    }

    /**
     * The definition of a relation under the name that the catalogue has for it, where the log has another; empty where
     * it has this one, or none.
     */
    public synchronized Optional<TableDefinition> renamed(TableId now, long relation, Version since) {
        return known.stream()
                .filter(definition -> definition.relation() == relation)
                .min(Definitions::youngerFirst)
                .filter(youngest -> !youngest.table().equals(now))
                .map(youngest -> number(youngest.named(now), since));
    }

    /** Takes what the source's event trigger says from here on. */
    public synchronized void told(ToldColumns columns) {
        told.put(columns.relation(), columns);
    }

    /** Hands over the definitions that have to be published with the next events. */
    public synchronized List<TableDefinition> takeUnpublished() {
        List<TableDefinition> taken = List.copyOf(unpublished);
        unpublished.clear();
        return taken;
    }

    /** What reading the table depends on, now. */
    public synchronized Optional<String> stampNow(TableDefinition table) throws SQLException {
        return TableStamp.of(source.connection(), table.relation());
    }

    private Optional<TableDefinition> youngest(TableDefinition like, Version since) {
        return known.stream()
                .filter(definition -> definition.relation() == like.relation()
                        || definition.table().equals(like.table()))
                .filter(definition -> definition.since().compareTo(since) <= 0)
                .min(Definitions::youngerFirst);
    }

    private TableDefinition number(TableDefinition definition, Version since) {
        int highest = known.stream()
                .filter(other -> other.relation() == definition.relation()
                        || other.table().equals(definition.table()))
                .mapToInt(TableDefinition::number)
                .max()
                .orElse(0);
        TableDefinition numbered = definition.numbered(highest + 1, since).afterRenamesOf(renamedAway(definition));
        known.add(numbered);
        unpublished.add(numbered);
        return numbered;
    }

    /** The relations that had the table's name before and have another in the catalogue now. */
    private List<Long> renamedAway(TableDefinition definition) {
        List<Long> others = known.stream()
                .filter(other -> other.table().equals(definition.table()))
                .map(TableDefinition::relation)
                .filter(relation -> relation != definition.relation())
                .distinct()
                .toList();
        return others.isEmpty() ? List.of() : relations.namedOtherwise(others, definition.table());
    }

    private static int youngerFirst(TableDefinition one, TableDefinition other) {
        return one.isYoungerThan(other) ? -1 : other.isYoungerThan(one) ? 1 : 0;
    }
}
