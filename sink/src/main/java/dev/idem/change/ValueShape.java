package dev.idem.change;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.RangeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How the text of a type's values is built, as far as labels of enumerations and records are within it.
 *
 * <p><i>Threads:</i> immutable.
 */
public sealed interface ValueShape {

    /** A text that has neither labels nor records within it. */
    record Plain() implements ValueShape {}

    /** A label; {@code texts} are those that there are. */
    record OfEnum(EnumType type, Set<String> texts) implements ValueShape {
        OfEnum(EnumType type) {
            this(type, Set.copyOf(type.texts()));
        }
    }

    /** A record; one shape an attribute. */
    record OfComposite(CompositeType type, List<ValueShape> attributes) implements ValueShape {
        /** Copies the shapes. */
        public OfComposite {
            attributes = List.copyOf(attributes);
        }
    }

    /** An array of whatever dimensions. */
    record OfArray(ValueShape element) implements ValueShape {}

    /** A range. */
    record OfRange(ValueShape bound) implements ValueShape {}

    /** A multirange. */
    record OfMultirange(ValueShape bound) implements ValueShape {}

    /**
     * A label, or a number of attributes.
     *
     * @param type the type's name
     * @param what the label, or the number in words
     */
    record Unknown(String type, String what) {
        static Unknown size(CompositeType type, int attributes) {
            return new Unknown(type.name(), attributes + " attributes");
        }
    }

    /** Hands over what the text has and the types do not have. */
    default void unknowns(String text, Consumer<Unknown> unknown) {
        if (this instanceof OfEnum enumeration) {
            if (enumeration.type().labels().stream()
                    .noneMatch(label -> label.text().equals(text))) {
                unknown.accept(new Unknown(enumeration.type().name(), text));
            }
        } else if (this instanceof OfComposite composite) {
            List<@Nullable String> fields = LiteralText.fields(text);
            if (fields.size() != Math.max(1, composite.attributes().size())) {
                unknown.accept(Unknown.size(composite.type(), fields.size()));
                return;
            }
            for (int i = 0; i < composite.attributes().size(); i++) {
                String field = fields.get(i);
                if (field != null) {
                    composite.attributes().get(i).unknowns(field, unknown);
                }
            }
        } else if (this instanceof OfArray array) {
            LiteralText.mapElements(text, within(array.element(), unknown));
        } else if (this instanceof OfRange range) {
            LiteralText.mapBounds(text, within(range.bound(), unknown));
        } else if (this instanceof OfMultirange ranges) {
            LiteralText.mapRanges(text, within(ranges.bound(), unknown));
        }
    }

    private static UnaryOperator<String> within(ValueShape shape, Consumer<Unknown> unknown) {
        return text -> {
            shape.unknowns(text, unknown);
            return text;
        };
    }

    /** Hands over what the types have, in the form in which it would be unknown to types that do not have it. */
    default void knowns(Consumer<Unknown> known) {
        if (this instanceof OfEnum enumeration) {
            enumeration
                    .texts()
                    .forEach(text -> known.accept(new Unknown(enumeration.type().name(), text)));
        } else if (this instanceof OfComposite composite) {
            known.accept(Unknown.size(composite.type(), composite.attributes().size()));
            composite.attributes().forEach(attribute -> attribute.knowns(known));
        } else if (this instanceof OfArray array) {
            array.element().knowns(known);
        } else if (this instanceof OfRange range) {
            range.bound().knowns(known);
        } else if (this instanceof OfMultirange ranges) {
            ranges.bound().knowns(known);
        }
    }

    /** True where nothing within the text depends on definitions that can change. */
    default boolean isPlain() {
        return this instanceof Plain;
    }

    /**
     * The shape of a type's values.
     *
     * @param type as SQL writes it
     * @param types the types that are not PostgreSQL's own
     */
    static ValueShape of(String type, List<TypeDefinition> types) {
        if (types.isEmpty()) {
            return new Plain();
        }
        if (type.endsWith("[]")) {
            ValueShape element = of(type.substring(0, type.length() - 2), types);
            return element.isPlain() ? new Plain() : new OfArray(element);
        }
        for (TypeDefinition definition : types) {
            if (definition.name().equals(type)) {
                return of(definition, types);
            }
            if (definition instanceof RangeType range && isMultirangeOf(range, type)) {
                ValueShape bound = of(range.subtype(), types);
                return bound.isPlain() ? new Plain() : new OfMultirange(bound);
            }
        }
        return new Plain();
    }

    private static ValueShape of(TypeDefinition definition, List<TypeDefinition> types) {
        if (definition instanceof EnumType type) {
            return new OfEnum(type);
        }
        if (definition instanceof CompositeType type) {
            List<ValueShape> attributes = new ArrayList<>();
            for (Attribute attribute : type.attributes()) {
                attributes.add(of(attribute.type(), types));
            }
            return new OfComposite(type, attributes);
        }
        if (definition instanceof DomainType domain) {
            return of(domain.base(), types);
        }
        if (definition instanceof RangeType range) {
            ValueShape bound = of(range.subtype(), types);
            return bound.isPlain() ? new Plain() : new OfRange(bound);
        }
        return new Plain();
    }

    /** The multirange's name is known without its schema and quotes. */
    private static boolean isMultirangeOf(RangeType range, String type) {
        if (range.multirange().isEmpty()) {
            return false;
        }
        String bare = type.replace("\"", "");
        return bare.equals(range.schema().replace("\"", "") + "."
                + range.multirange().get().replace("\"", ""));
    }
}
