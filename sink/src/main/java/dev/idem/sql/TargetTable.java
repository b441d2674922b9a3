package dev.idem.sql;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of the warehouse that follows a table of the source.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param schema its schema
 * @param name its name
 * @param columns the columns that follow the source, in catalogue order; neither our metadata columns nor those that
 *     the warehouse computes are among them
 * @param key the columns that tell rows apart, in key order; empty for a table without a key
 * @param tombstones the number in the name of the table that remembers its deletes
 * @param generated the columns that the warehouse computes
 */
public record TargetTable(
        String schema,
        String name,
        List<TargetColumn> columns,
        List<TargetColumn> key,
        long tombstones,
        List<GeneratedColumn> generated) {

    /** Copies the lists. */
    public TargetTable {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        generated = List.copyOf(generated);
    }

    /** The same table, made so that what would be computed stays empty. */
    public TargetTable computingNothing() {
        return computing(List.of());
    }

    /** The same table with other columns that the warehouse computes. */
    public TargetTable computing(List<GeneratedColumn> others) {
        return new TargetTable(schema, name, columns, key, tombstones, others);
    }

    /** True where rows are told apart by a key. */
    public boolean hasKey() {
        return !key.isEmpty();
    }

    /** True where equal keys have equal texts, so that changes of one key can be found without asking the warehouse. */
    public boolean keyEqualAsText() {
        return key.stream().allMatch(TargetColumn::keyEqualAsText);
    }

    /** The columns that are not part of the key. */
    public List<TargetColumn> otherColumns() {
        return columns.stream().filter(column -> !key.contains(column)).toList();
    }

    /** {@code "schema"."name"}. */
    String quoted() {
        return SqlIdentifier.quoted(schema, name);
    }

    /** The table that remembers deletes. */
    public String tombstoneTable() {
        return "idem.tombstone_" + tombstones;
    }

    /** The key's columns in quotes, with a comma between. */
    String quotedKey() {
        return key.stream().map(TargetColumn::quoted).collect(Collectors.joining(", "));
    }

    /** {@code schema.name}, for people. */
    @Override
    public String toString() {
        return schema + '.' + name;
    }
}
