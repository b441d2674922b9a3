package dev.idem.verify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table as one server's catalogue holds it.
 *
 * @param partitioned whether its rows lie in partitions
 * @param columns by name, in catalogue order
 * @param filter the publication's row filter, as PostgreSQL prints it; empty where all rows are published
 * @param key the columns of the primary key, or of the index chosen as replica identity; empty where there is none
 */
record Shape(boolean partitioned, Map<String, Column> columns, Optional<String> filter, List<String> key) {

    /** The same without what is not published. */
    Shape published(Set<String> names, Optional<String> condition) {
        Map<String, Column> left = new LinkedHashMap<>(columns);
        left.keySet().retainAll(names);
        return new Shape(partitioned, left, condition, key);
    }

    /**
     * A column.
     *
     * @param baseType the name of the type in {@code pg_catalog} below all domains; empty for types made by users
     * @param wide whether values have no fixed length
     * @param generated whether the server computes the value
     */
    record Column(Optional<String> baseType, boolean wide, boolean generated) {}
}
