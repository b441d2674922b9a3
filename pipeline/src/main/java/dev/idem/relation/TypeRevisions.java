package dev.idem.relation;

import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.Changing;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.Label;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the changes of types, so that of two definitions of a type the sink knows the younger.
 *
 * <p>The catalogue tells what a type is now, wherever the stream is; so types are put in the order in which the
 * catalogue was read, and not in that of the WAL.
 *
 * <p><i>Threads:</i> one at a time.
 */
final class TypeRevisions {

    private final Map<String, Changing> latest = new HashMap<>();

    /** Goes on from what the log's definitions say. */
    TypeRevisions(Collection<TableDefinition> known) {
        known.stream().flatMap(definition -> definition.types().stream()).forEach(type -> {
            if (type instanceof Changing changing) {
                latest.merge(type.name(), changing, (one, other) -> one.revision() >= other.revision() ? one : other);
            }
        });
    }

    /** The types with their revisions, each of them once; {@code types} are as the catalogue has them now. */
    List<TypeDefinition> revised(List<TypeDefinition> types) {
        Map<String, TypeDefinition> revised = new LinkedHashMap<>();
        types.forEach(type -> revised.put(type.name(), type instanceof Changing changing ? revised(changing) : type));
        return new ArrayList<>(revised.values());
    }

    private Changing revised(Changing type) {
        Changing known = latest.get(type.name());
        if (known != null && known.isSameAs(type)) {
            return known;
        }
        Changing revised = type.revised(known == null ? 1 : known.revision() + 1);
        latest.put(type.name(), revised);
        return revised;
    }

    /**
     * Why values that were written between the change of a type and its being noticed may have been misread; empty
     * where they tell by themselves under which definition they were written.
     */
    static Optional<String> reasonToReread(List<TypeDefinition> before, List<TypeDefinition> after) {
        for (TypeDefinition type : after) {
            for (TypeDefinition old : before) {
                if (old.name().equals(type.name())) {
                    Optional<String> reason = reason(old, type);
                    if (reason.isPresent()) {
                        return reason;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> reason(TypeDefinition before, TypeDefinition after) {
        if (before instanceof EnumType old && after instanceof EnumType young) {
            Map<String, Long> ids = new HashMap<>();
            old.labels().forEach(label -> ids.put(label.text(), label.id()));
            for (Label label : young.labels()) {
                if (ids.getOrDefault(label.text(), label.id()) != label.id()) {
                    return Optional.of("a label of type " + after.name() + " has the name that another one had");
                }
            }
        } else if (before instanceof CompositeType old && after instanceof CompositeType young) {
            List<Integer> numbers =
                    young.attributes().stream().map(Attribute::number).toList();
            if (old.attributes().stream().anyMatch(attribute -> !numbers.contains(attribute.number()))) {
                return Optional.of("an attribute of type " + after.name() + " was dropped");
            }
        }
        return Optional.empty();
    }
}
