package dev.idem.sql;

import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CollationType;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.RangeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Definitions of types, and what is added to them later. */
public final class TypeSql {

    private TypeSql() {}

    /** Creates the type; empty for a type that only an extension can bring. */
    public static Optional<String> create(TypeDefinition type) {
        if (type instanceof EnumType enumeration) {
            return Optional.of("create type " + type.name() + " as enum ("
                    + enumeration.labels().stream().map(SqlIdentifier::literal).collect(Collectors.joining(", "))
                    + ")");
        } else if (type instanceof DomainType domain) {
            return Optional.of("create domain " + type.name() + " as " + domain.base());
        } else if (type instanceof CompositeType composite) {
            return Optional.of("create type " + type.name() + " as ("
                    + composite.attributes().stream().map(TypeSql::definition).collect(Collectors.joining(", "))
                    + ")");
        } else if (type instanceof RangeType range) {
            return Optional.of("create type " + type.name() + " as range (subtype = " + range.subtype()
                    + range.multirange()
                            .map(name -> ", multirange_type_name = " + SqlIdentifier.quoted(type.schema(), name))
                            .orElse("")
                    + ")");
        } else if (type instanceof CollationType collation) {
            return Optional.of("create collation " + type.name() + " (provider = " + collation.provider()
                    + ", locale = " + SqlIdentifier.literal(collation.locale()) + ", deterministic = "
                    + collation.deterministic()
                    + collation
                            .rules()
                            .map(rules -> ", rules = " + SqlIdentifier.literal(rules))
                            .orElse("")
                    + ")");
        }
        return Optional.empty();
    }

    /** Asks whether the type, or the collation, is there; binds its name as {@code name}. */
    public static String exists(TypeDefinition type) {
        return type instanceof CollationType
                ? "select to_regcollation(:name) is not null"
                : "select to_regtype(:name) is not null";
    }

    /**
     * Adds the labels that an enumeration lacks, each at its place. A label can be used only once the statement is
     * committed.
     *
     * @param present the labels that it has, in their order
     */
    public static List<String> addLabels(EnumType type, List<String> present) {
        List<String> known = new ArrayList<>(present);
        List<String> statements = new ArrayList<>();
        String before = null;
        for (String label : type.labels()) {
            if (!known.contains(label)) {
                int place = before == null ? 0 : known.indexOf(before) + 1;
                String where = known.isEmpty()
                        ? ""
                        : before == null
                                ? " before " + SqlIdentifier.literal(known.get(0))
                                : " after " + SqlIdentifier.literal(before);
                statements.add("alter type " + type.name() + " add value if not exists " + SqlIdentifier.literal(label)
                        + where);
                known.add(place, label);
            }
            before = label;
        }
        return statements;
    }

    /**
     * Adds the attributes that a composite type lacks, at its end.
     *
     * @param present the names of those that it has
     */
    public static List<String> addAttributes(CompositeType type, List<String> present) {
        return type.attributes().stream()
                .filter(attribute -> !present.contains(attribute.name()))
                .map(attribute -> "alter type " + type.name() + " add attribute " + definition(attribute) + " cascade")
                .toList();
    }

    private static String definition(Attribute attribute) {
        return SqlIdentifier.quoted(attribute.name()) + " " + attribute.type();
    }
}
