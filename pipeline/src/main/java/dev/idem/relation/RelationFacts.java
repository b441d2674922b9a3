package dev.idem.relation;

import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the catalogue says now of a table that the stream describes as it was.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param definition the table's definition now; empty where it was dropped
 * @param partitioned whether its rows lie in partitions, which have replica identities of their own
 * @param attributes every attribute that it has or ever had, in the order of their numbers
 * @param types for each of the stream's columns, in their order, its type
 * @param userTypes the types of the stream's and the generated columns that are not PostgreSQL's own
 */
record RelationFacts(
        Optional<TableDefinition> definition,
        boolean partitioned,
        List<Attribute> attributes,
        List<StreamType> types,
        List<TypeDefinition> userTypes) {

    /**
     * One attribute.
     *
     * @param filled whether rows from before it was added may have got a value
     * @param settled whether what the catalogue says of it was so at the place of the stream already
     */
    record Attribute(int number, boolean dropped, boolean filled, boolean settled) {}

    /**
     * A type of the stream.
     *
     * @param name the exact type; null where the type was dropped
     */
    record StreamType(@Nullable String name, boolean toastable) {}

    /** What is known of the attribute of that number. */
    Optional<Attribute> attribute(int number) {
        return attributes.stream().filter(a -> a.number() == number).findFirst();
    }
}
