package dev.idem.verify;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table as one server's catalogue holds it.
 *
 * @param partitioned whether its rows lie in partitions
 * @param columns by name, in catalogue order
 * @param key the columns of the primary key, or of the index chosen as replica identity; empty where there is none
 */
record Shape(boolean partitioned, Map<String, Column> columns, List<String> key) {

    /**
     * A column.
     *
     * @param baseType the name of the type in {@code pg_catalog} below all domains; empty for types made by users
     * @param wide whether values have no fixed length
     * @param generated whether the server computes the value
     */
    record Column(Optional<String> baseType, boolean wide, boolean generated) {}
}
