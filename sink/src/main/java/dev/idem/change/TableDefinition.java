package dev.idem.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One version of a table's definition, as the events that name its number were made under.
 *
 * <p>Events carry only the number (header {@code idem-schema}); the definition itself stands in the topic
 * {@code <name>.schema}. Numbers tell the definitions of one table apart; {@link #isYoungerThan} puts them in order.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class TableDefinition {

    private static final Version UNTOLD = new Version(0, Lsn.ZERO, 0);

    private final TableId table;
    private final int number;
    private final long relation;
    private final List<ColumnDefinition> columns;
    private final List<String> key;
    private final ReplicaIdentity replicaIdentity;
    private final List<TypeDefinition> types;
    private final Version since;
    private final List<Long> renamedAway;
    private final Map<String, Integer> indexByName;
    private final int[] keyIndexes;

    /**
     * Makes a definition.
     *
     * @param table the table's name at that time
     * @param number from 1
     * @param relation the table's {@code pg_class.oid}, which a re-created table does not share
     * @param columns in catalogue order, dropped ones left out
     * @param key the names of the key's columns in the order of the primary key; empty for a table without a key
     * @param replicaIdentity what the source writes of old rows
     * @param types the types of its columns that are not PostgreSQL's own; each after those that it is made of
     * @throws IllegalArgumentException where a name occurs twice or the key names no column
     */
    public TableDefinition(
            TableId table,
            int number,
            long relation,
            List<ColumnDefinition> columns,
            List<String> key,
            ReplicaIdentity replicaIdentity,
            List<TypeDefinition> types) {
        this(table, number, relation, columns, key, replicaIdentity, types, UNTOLD, List.of());
    }

    private TableDefinition(
            TableId table,
            int number,
            long relation,
            List<ColumnDefinition> columns,
            List<String> key,
            ReplicaIdentity replicaIdentity,
            List<TypeDefinition> types,
            Version since,
            List<Long> renamedAway) {
        this.table = table;
        this.number = number;
        this.relation = relation;
        this.columns = List.copyOf(columns);
        this.key = List.copyOf(key);
        this.replicaIdentity = replicaIdentity;
        this.types = List.copyOf(types);
        this.since = since;
        this.renamedAway = List.copyOf(renamedAway);
        this.indexByName = indexByName(table, this.columns);
        this.keyIndexes = this.key.stream().mapToInt(this::requireIndex).toArray();
    }

    private static Map<String, Integer> indexByName(TableId table, List<ColumnDefinition> columns) {
        Map<String, Integer> indexes = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            if (indexes.put(columns.get(i).name(), i) != null) {
                throw new IllegalArgumentException("definition of " + table + ": column '"
                        + columns.get(i).name() + "' twice (expected: each name once)");
            }
        }
        return Map.copyOf(indexes);
    }

    /**
     * The same definition with its number.
     *
     * @param newNumber tells it from the table's others
     * @param newSince from where on in the source's WAL it is known to hold
     */
    public TableDefinition numbered(int newNumber, Version newSince) {
        return new TableDefinition(
                table, newNumber, relation, columns, key, replicaIdentity, types, newSince, renamedAway);
    }

    /** The same definition under another name of the table. */
    public TableDefinition named(TableId newTable) {
        return new TableDefinition(
                newTable, number, relation, columns, key, replicaIdentity, types, since, renamedAway);
    }

    /** The same definition, knowing which relations had the table's name before and live on under others. */
    public TableDefinition afterRenamesOf(List<Long> relations) {
        return new TableDefinition(table, number, relation, columns, key, replicaIdentity, types, since, relations);
    }

    /** The same definition without the columns that the source computes, as far as the key has none of them. */
    public TableDefinition written() {
        List<ColumnDefinition> written = columns.stream()
                .filter(column -> !column.generated() || isKey(column.name()))
                .toList();
        return written.size() == columns.size()
                ? this
                : new TableDefinition(
                        table, number, relation, written, key, replicaIdentity, types, since, renamedAway);
    }

    /**
     * The same definition with the attribute numbers of another relation: columns of one name are the same, the others
     * get numbers that no column has.
     */
    public TableDefinition withNumbersOf(TableDefinition other) {
        List<ColumnDefinition> numbered = columns.stream()
                .map(column -> {
                    int index = other.indexOf(column.name());
                    return column.withNumber(
                            index < 0
                                    ? -column.number()
                                    : other.columns.get(index).number());
                })
                .toList();
        return new TableDefinition(table, number, relation, numbered, key, replicaIdentity, types, since, renamedAway);
    }

    /** The same definition with other types. */
    public TableDefinition withTypes(List<TypeDefinition> newTypes) {
        return new TableDefinition(
                table, number, relation, columns, key, replicaIdentity, newTypes, since, renamedAway);
    }

    /** The table that it defines. */
    public TableId table() {
        return table;
    }

    /** The place in the history of the table's definitions, from 1. */
    public int number() {
        return number;
    }

    /**
     * From where on in the source's WAL the definition is known to hold: the commit of the transaction that was the
     * first seen to use it, or the consistent point of the snapshot that read it.
     */
    public Version since() {
        return since;
    }

    /**
     * True where this definition came after the other one. Numbers do not tell that: a table that is read anew is
     * defined as of now, and the stream may meet older definitions afterwards.
     */
    public boolean isYoungerThan(TableDefinition other) {
        int bySince = since.compareTo(other.since);
        return bySince != 0 ? bySince > 0 : number > other.number;
    }

    /** The table's {@code pg_class.oid} at the source. */
    public long relation() {
        return relation;
    }

    /**
     * Relations that had the table's name before it, by their {@code pg_class.oid}, and live on under other names. One
     * that had the name and is not here was dropped.
     */
    public List<Long> renamedAway() {
        return renamedAway;
    }

    /** The columns in catalogue order. */
    public List<ColumnDefinition> columns() {
        return columns;
    }

    /** The names of the key's columns in key order; empty where the table has no key. */
    public List<String> key() {
        return key;
    }

    /** What the source writes of old rows. */
    public ReplicaIdentity replicaIdentity() {
        return replicaIdentity;
    }

    /** The types of the columns that are not PostgreSQL's own; each after those that it is made of. */
    public List<TypeDefinition> types() {
        return types;
    }

    /** True where rows are told apart by a key. */
    public boolean hasKey() {
        return !key.isEmpty();
    }

    /** True where {@code name} is one of the key's columns. */
    public boolean isKey(String name) {
        return key.contains(name);
    }

    /** The place of the column in {@link #columns()}, or -1 where there is none of that name. */
    public int indexOf(String name) {
        return indexByName.getOrDefault(name, -1);
    }

    /**
     * The key of a row of this table.
     *
     * @throws MalformedEventException where a key column is NULL or was not carried
     */
    public RowKey keyOf(Row row) {
        List<String> values = new ArrayList<>(keyIndexes.length);
        for (int index : keyIndexes) {
            if (row.get(index) instanceof ColumnValue.Text text) {
                values.add(text.value());
            } else {
                throw new MalformedEventException("key column " + table + '.'
                        + columns.get(index).name() + ": no value (expected: a value in every key column)");
            }
        }
        return new RowKey(values);
    }

    /** True where both describe the same table in the same way, whatever their numbers. */
    public boolean describesSameAs(TableDefinition other) {
        return table.equals(other.table)
                && relation == other.relation
                && columns.equals(other.columns)
                && key.equals(other.key)
                && replicaIdentity == other.replicaIdentity
                && types.equals(other.types);
    }

    /** The names of the columns, sorted, for messages. */
    public Set<String> columnNames() {
        return new TreeSet<>(indexByName.keySet());
    }

    private int requireIndex(String name) {
        int index = indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("definition of " + table + ": key column '" + name
                    + "' is not a column (expected: one of " + columnNames() + ')');
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TableDefinition that && number == that.number && describesSameAs(that);
    }

    @Override
    public int hashCode() {
        return table.hashCode() * 31 + number;
    }

    @Override
    public String toString() {
        return table + "#" + number;
    }
}
