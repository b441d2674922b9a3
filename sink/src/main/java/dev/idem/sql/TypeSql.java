package dev.idem.sql;

import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CollationType;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.RangeType;
import java.util.Optional;
import java.util.stream.Collectors;

/** Definitions of types. */
public final class TypeSql {

    private TypeSql() {}

    /** Creates the type; empty for a type that only an extension can bring. */
    public static Optional<String> create(TypeDefinition type) {
        if (type instanceof EnumType enumeration) {
            return Optional.of("create type " + type.name() + " as enum ("
                    + enumeration.texts().stream().map(SqlIdentifier::literal).collect(Collectors.joining(", "))
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
                    + range.collation().map(name -> ", collation = " + name).orElse("")
                    + range.operatorClass()
                            .map(name -> ", subtype_opclass = " + name)
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

    static String definition(Attribute attribute) {
        return SqlIdentifier.quoted(attribute.name()) + " " + attribute.type();
    }
}
