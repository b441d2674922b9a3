package dev.idem.target;

import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.Changing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The types that can change, as the warehouse has them: of each the youngest definition that any table has brought.
 *
 * <p>Tables share types and are defined anew one by one, so a table's own definition may name an older form of a type
 * than the warehouse has.
 *
 * <p><i>Threads:</i> one thread.
 */
final class FollowedTypes {

    private final Map<String, Changing> types = new HashMap<>();

    /** Forgets everything and takes what these definitions say. */
    void load(Collection<TableDefinition> definitions) {
        types.clear();
        definitions.forEach(this::take);
    }

    /** Notes what the definition says of types, where that is younger. */
    void take(TableDefinition definition) {
        definition.types().forEach(type -> {
            if (type instanceof Changing changing && isNews(changing)) {
                types.put(type.name(), changing);
            }
        });
    }

    /** The form of the type that the warehouse has; empty where no table has brought it yet. */
    Optional<Changing> find(String name) {
        return Optional.ofNullable(types.get(name));
    }

    /** True where the warehouse has no form of the type that is as young. */
    boolean isNews(Changing type) {
        Changing known = types.get(type.name());
        return known == null || known.revision() < type.revision();
    }

    /** The types of a definition in the form that the warehouse has; the same list where none differs. */
    List<TypeDefinition> now(List<TypeDefinition> of) {
        boolean same = true;
        List<TypeDefinition> now = new ArrayList<>(of.size());
        for (TypeDefinition type : of) {
            Changing known = type instanceof Changing ? types.get(type.name()) : null;
            same &= known == null || known.equals(type);
            now.add(known == null ? type : known);
        }
        return same ? of : now;
    }
}
