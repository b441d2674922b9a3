package dev.idem.change;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.Label;
import dev.idem.change.ValueShape.OfArray;
import dev.idem.change.ValueShape.OfComposite;
import dev.idem.change.ValueShape.OfEnum;
import dev.idem.change.ValueShape.OfMultirange;
import dev.idem.change.ValueShape.OfRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings the text of a value that was written under an older definition of its type into the form of a younger one:
 * labels that were renamed, attributes that were added, renamed or dropped.
 *
 * <p>A label or a record that the older definition does not have stays as it is: the warehouse judges it.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class ValueTranslation {

    /** Leaves every value as it is. */
    public static final ValueTranslation NONE = new ValueTranslation(null);

    private final @Nullable UnaryOperator<String> text;

    private ValueTranslation(@Nullable UnaryOperator<String> text) {
        this.text = text;
    }

    /** The translation from one form of a type to another. */
    public static ValueTranslation between(ValueShape from, ValueShape to) {
        UnaryOperator<String> text = from.isPlain() ? null : text(from, to);
        return text == null ? NONE : new ValueTranslation(text);
    }

    /** True where every value stays as it is. */
    public boolean isIdentity() {
        return text == null;
    }

    /** The value in the other form. */
    public ColumnValue of(ColumnValue value) {
        return text != null && value instanceof ColumnValue.Text given
                ? ColumnValue.of(text.apply(given.value()))
                : value;
    }

    /** The text in the other form. */
    public String of(String value) {
        return text == null ? value : text.apply(value);
    }

    /** Null where nothing changes. */
    private static @Nullable UnaryOperator<String> text(ValueShape from, ValueShape to) {
        if (from instanceof OfEnum old && to instanceof OfEnum young) {
            return labels(old.type().labels(), young.type().labels());
        }
        if (from instanceof OfComposite old && to instanceof OfComposite young) {
            return fields(old, young);
        }
        if (from instanceof OfArray old && to instanceof OfArray young) {
            UnaryOperator<String> element = text(old.element(), young.element());
            return element == null ? null : array -> LiteralText.mapElements(array, element);
        }
        if (from instanceof OfRange old && to instanceof OfRange young) {
            UnaryOperator<String> bound = text(old.bound(), young.bound());
            return bound == null ? null : range -> LiteralText.mapBounds(range, bound);
        }
        if (from instanceof OfMultirange old && to instanceof OfMultirange young) {
            UnaryOperator<String> bound = text(old.bound(), young.bound());
            return bound == null ? null : ranges -> LiteralText.mapRanges(ranges, bound);
        }
        return null;
    }

    private static @Nullable UnaryOperator<String> labels(List<Label> old, List<Label> young) {
        Map<Long, String> now = new HashMap<>();
        young.forEach(label -> now.put(label.id(), label.text()));
        Map<String, String> renamed = new HashMap<>();
        for (Label label : old) {
            String text = label.id() == 0 ? label.text() : now.getOrDefault(label.id(), label.text());
            if (!text.equals(label.text())) {
                renamed.put(label.text(), text);
            }
        }
        return renamed.isEmpty() ? null : label -> renamed.getOrDefault(label, label);
    }

    /** Where an attribute of the younger type comes from. */
    private record Source(int place, @Nullable UnaryOperator<String> translation) {
        @Nullable
        String in(List<@Nullable String> fields) {
            String field = place < 0 ? null : fields.get(place);
            return field == null || translation == null ? field : translation.apply(field);
        }
    }

    private static @Nullable UnaryOperator<String> fields(OfComposite old, OfComposite young) {
        List<Attribute> before = old.type().attributes();
        List<Attribute> after = young.type().attributes();
        if (before.stream().anyMatch(attribute -> attribute.number() == 0)) {
            return null;
        }
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < before.size(); i++) {
            places.put(before.get(i).number(), i);
        }
        boolean same = before.size() == after.size();
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            int place = places.getOrDefault(after.get(i).number(), -1);
            UnaryOperator<String> translation = place < 0
                    ? null
                    : text(old.attributes().get(place), young.attributes().get(i));
            same &= place == i && translation == null;
            sources.add(new Source(place, translation));
        }
        int expected = before.size();
        return same
                ? null
                : record -> {
                    List<@Nullable String> given = LiteralText.fields(record);
                    if (given.size() != expected) {
                        return record;
                    }
                    List<@Nullable String> fields = new ArrayList<>();
                    sources.forEach(source -> fields.add(source.in(given)));
                    return LiteralText.record(fields);
                };
    }
}
