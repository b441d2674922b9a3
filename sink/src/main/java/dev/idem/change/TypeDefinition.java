package dev.idem.change;

import java.util.List;
import java.util.Optional;

/**
 * A type that is not PostgreSQL's own and that a table's columns are made of, directly or within other types.
 *
 * <p><i>Threads:</i> immutable.
 */
public sealed interface TypeDefinition {

    /** The schema's name, unquoted. */
    String schema();

    /** The type's name with its schema, as SQL writes it: quoted where it must be. */
    String name();

    /** A type that can be changed while columns have it. The WAL tells nothing of that. */
    sealed interface Changing extends TypeDefinition permits EnumType, CompositeType {

        /** Which of two definitions of the type is the younger: each change that is seen raises it. */
        int revision();

        /** The same definition with another revision. */
        Changing revised(int newRevision);

        /** True where both are the same but for their revisions. */
        default boolean isSameAs(Changing other) {
            return revised(0).equals(other.revised(0));
        }
    }

    /**
     * An enumeration.
     *
     * @param labels in their order; more may be added later, and they may be renamed
     */
    record EnumType(String schema, String name, int revision, List<Label> labels) implements Changing {
        public EnumType {
            labels = List.copyOf(labels);
        }

        @Override
        public EnumType revised(int newRevision) {
            return new EnumType(schema, name, newRevision, labels);
        }

        /** The labels' texts, in their order. */
        public List<String> texts() {
            return labels.stream().map(Label::text).toList();
        }
    }

    /**
     * A label of an enumeration.
     *
     * @param id the source's {@code pg_enum.oid}, which a rename does not change; 0 where it is not known
     * @param text as values have it
     */
    record Label(long id, String text) {}

    /**
     * A domain. Its constraints are the source's business: they may be changed there without a trace in the WAL.
     *
     * @param base the type below it, with its modifier, as SQL writes it
     */
    record DomainType(String schema, String name, String base) implements TypeDefinition {}

    /**
     * A composite type of its own; the row types of tables are none.
     *
     * @param attributes in their order; some may be added, renamed or dropped later
     */
    record CompositeType(String schema, String name, int revision, List<Attribute> attributes) implements Changing {
        public CompositeType {
            attributes = List.copyOf(attributes);
        }

        @Override
        public CompositeType revised(int newRevision) {
            return new CompositeType(schema, name, newRevision, attributes);
        }
    }

    /**
     * A part of a composite type.
     *
     * @param name unquoted
     * @param type as SQL writes it
     * @param number the source's {@code pg_attribute.attnum}, which a rename does not change; 0 where it is not known
     */
    record Attribute(String name, String type, int number) {}

    /**
     * A range type.
     *
     * @param subtype the type of its bounds, as SQL writes it
     * @param multirange the name of its multirange type, unquoted and in the same schema; empty before PostgreSQL 14
     * @param collation that its bounds are ordered by, as SQL writes it; empty where it is the subtype's own
     * @param operatorClass that its bounds are ordered by, as SQL writes it; empty where it is the subtype's default
     */
    record RangeType(
            String schema,
            String name,
            String subtype,
            Optional<String> multirange,
            Optional<String> collation,
            Optional<String> operatorClass)
            implements TypeDefinition {}

    /**
     * A type that an extension brings.
     *
     * @param extension the extension's name
     */
    record ExtensionType(String schema, String name, String extension) implements TypeDefinition {}

    /**
     * A collation of a column, made by users of the source.
     *
     * @param provider {@code icu}, {@code libc} or {@code builtin}
     * @param locale the locale's name
     * @param rules ICU's tailoring rules; empty where there are none
     * @param deterministic false where texts of different bytes can be equal
     */
    record CollationType(
            String schema, String name, String provider, String locale, Optional<String> rules, boolean deterministic)
            implements TypeDefinition {}
}
