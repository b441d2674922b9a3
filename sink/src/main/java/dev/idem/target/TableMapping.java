package dev.idem.target;

import dev.idem.change.TableId;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The names of tables in the warehouse: a table named in {@code tables} goes where that says; any other to the name
 * that {@code format} makes of its schema, as {@code schemas} translates it, and its name.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param schemas schemas of the source and what stands in their place
 * @param format a schema and a name with a dot between, in which {@code ${schema}} and {@code ${table}} are replaced
 * @param tables tables of the source and their full names in the warehouse
 */
public record TableMapping(Map<String, String> schemas, String format, Map<TableId, TableId> tables) {

    /** The format that changes nothing. */
    public static final String UNCHANGED = "${schema}.${table}";

    private static final String SCHEMA = "${schema}";
    private static final String TABLE = "${table}";
    private static final int LONGEST_NAME_BYTES = 63;
    private static final Set<String> RESERVED = Set.of("idem", "pg_catalog", "information_schema");

    /** Checks the format and copies the maps. */
    public TableMapping {
        if (!isFormat(format)) {
            throw new IllegalArgumentException("format: '" + format + "' (expected: " + UNCHANGED + " or the like)");
        }
        schemas = Map.copyOf(schemas);
        tables = Map.copyOf(tables);
    }

    /** Every table goes to its own name. */
    public static TableMapping identity() {
        return new TableMapping(Map.of(), UNCHANGED, Map.of());
    }

    /** True where the text is two names with one dot between, and the table's own name has a place in it. */
    public static boolean isFormat(String text) {
        String plain = text.replace(SCHEMA, "s").replace(TABLE, "t");
        return plain.matches("[^.${}]+\\.[^.${}]+") && text.contains(TABLE);
    }

    /** Where the table goes. */
    public TableId of(TableId source) {
        TableId named = tables.get(source);
        if (named != null) {
            return named;
        }
        int dot = format.indexOf('.');
        String schema = schemas.getOrDefault(source.schema(), source.schema());
        return new TableId(
                filled(format.substring(0, dot), schema, source.name()),
                filled(format.substring(dot + 1), schema, source.name()));
    }

    /** One pass, so that a name that reads like a placeholder stays as it is. */
    private static String filled(String part, String schema, String table) {
        StringBuilder filled = new StringBuilder();
        int at = 0;
        while (at < part.length()) {
            if (part.startsWith(SCHEMA, at)) {
                filled.append(schema);
                at += SCHEMA.length();
            } else if (part.startsWith(TABLE, at)) {
                filled.append(table);
                at += TABLE.length();
            } else {
                filled.append(part.charAt(at++));
            }
        }
        return filled.toString();
    }

    /** Why the table cannot go where the mapping says; empty where it can. */
    public Optional<String> obstacle(TableId source) {
        TableId target = of(source);
        if (RESERVED.contains(target.schema()) || target.schema().startsWith("pg_")) {
            return Optional.of("it is mapped to " + target + ", a schema that is not for tables (expected: another)");
        }
        return isTooLong(target.schema()) || isTooLong(target.name())
                ? Optional.of("it is mapped to " + target + ", a name longer than PostgreSQL allows (expected: at most "
                        + LONGEST_NAME_BYTES + " bytes)")
                : Optional.empty();
    }

    private static boolean isTooLong(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES;
    }

    /** The names in the warehouse that more than one of these tables would have, with the tables. */
    public Map<TableId, Set<TableId>> collisions(Collection<TableId> sources) {
        Map<TableId, Set<TableId>> byTarget = new TreeMap<>();
        sources.forEach(source ->
                byTarget.computeIfAbsent(of(source), target -> new TreeSet<>()).add(source));
        byTarget.values().removeIf(together -> together.size() < 2);
        return byTarget;
    }
}
