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

    /**
     * An enumeration.
     *
     * @param labels in their order; more may be added later
     */
    record EnumType(String schema, String name, List<String> labels) implements TypeDefinition {
        public EnumType {
            labels = List.copyOf(labels);
        }
    }

    /**
     * A domain. Its constraints are the source's business: they may be changed there without a trace in the WAL.
     *
     * @param base the type below it, with its modifier, as SQL writes it
     */
    record DomainType(String schema, String name, String base) implements TypeDefinition {}

    /**
     * A composite type of its own; the row types of tables are none.
     *
     * @param attributes in their order
     */
    record CompositeType(String schema, String name, List<Attribute> attributes) implements TypeDefinition {
        public CompositeType {
            attributes = List.copyOf(attributes);
        }
    }

    /**
     * A part of a composite type.
     *
     * @param name unquoted
     * @param type as SQL writes it
     */
    record Attribute(String name, String type) {}

    /**
     * A range type.
     *
     * @param subtype the type of its bounds, as SQL writes it
     * @param multirange the name of its multirange type, unquoted and in the same schema; empty before PostgreSQL 14
     */
    record RangeType(String schema, String name, String subtype, Optional<String> multirange)
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
