package dev.idem.verify;

import dev.idem.change.TableId;
import dev.idem.sql.ComparedTable;
import dev.idem.sql.KeyColumn;
import dev.idem.sql.KeyColumn.Order;
import dev.idem.sql.MetadataColumns;
import dev.idem.sql.SqlIdentifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The two copies of a table, described alike. Pure.
 *
 * @param table its name
 * @param source the source's copy
 * @param warehouse the warehouse's copy
 * @param sourceOnly columns that only the source has
 * @param warehouseOnly columns that only the warehouse has, ours left out
 * @param generated columns that the source computes and the warehouse does not
 */
record TablePair(
        TableId table,
        ComparedTable source,
        ComparedTable warehouse,
        List<String> sourceOnly,
        List<String> warehouseOnly,
        List<String> generated) {

    private static final String MISSING = "_idem_missing";

    /** Types whose order and equality are the same on every server. */
    private static final Set<String> ORDERED = Set.of(
            "int2",
            "int4",
            "int8",
            "oid",
            "numeric",
            "float4",
            "float8",
            "bool",
            "char",
            "date",
            "time",
            "timetz",
            "timestamp",
            "timestamptz",
            "interval",
            "uuid",
            "bytea",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "bit",
            "varbit",
            "pg_lsn",
            "money");

    private static final Set<String> TEXT = Set.of("text", "varchar", "bpchar", "name");

    /**
     * Describes both copies by what they share, with rows told apart by {@code key}.
     *
     * @param place the name of the warehouse's copy
     */
    static TablePair of(TableId table, TableId place, Shape source, Shape warehouse, List<String> key) {
        List<ComparedTable.Column> columns = new ArrayList<>();
        List<ComparedTable.Column> warehouseColumns = new ArrayList<>();
        Set<String> known = new HashSet<>(MetadataColumns.NAMES);
        List<String> sourceOnly = new ArrayList<>();
        List<String> generated = new ArrayList<>();
        source.columns().forEach((name, column) -> {
            String warehouseName = MetadataColumns.warehouseName(name);
            Shape.Column other = warehouse.columns().get(warehouseName);
            known.add(warehouseName);
            if (column.generated() && (other == null || !other.generated())) {
                generated.add(name);
            } else if (other == null) {
                sourceOnly.add(name);
            } else {
                boolean wide = column.wide() || other.wide();
                columns.add(new ComparedTable.Column(name, wide));
                warehouseColumns.add(new ComparedTable.Column(warehouseName, wide));
            }
        });
        List<String> warehouseOnly = warehouse.columns().keySet().stream()
                .filter(name -> !known.contains(name))
                .toList();
        boolean tellsMissing = warehouse.columns().containsKey(MISSING);
        List<KeyColumn> ordered =
                key.stream().map(name -> keyColumn(name, source, warehouse)).toList();
        List<KeyColumn> warehouseKey = ordered.stream()
                .map(column ->
                        new KeyColumn(MetadataColumns.warehouseName(column.name()), column.order(), column.castType()))
                .toList();
        return new TablePair(
                table,
                new ComparedTable(
                        table.schema(), table.name(), source.partitioned(), columns, ordered, source.filter(), false),
                new ComparedTable(
                        place.schema(),
                        place.name(),
                        warehouse.partitioned(),
                        warehouseColumns,
                        warehouseKey,
                        Optional.empty(),
                        tellsMissing),
                sourceOnly,
                warehouseOnly,
                generated);
    }

    /** A key column in an order that both share; where the types differ, by the bytes of the text. */
    private static KeyColumn keyColumn(String name, Shape source, Shape warehouse) {
        Optional<String> type =
                Objects.requireNonNull(source.columns().get(name), name).baseType();
        Optional<String> other = Objects.requireNonNull(
                        warehouse.columns().get(MetadataColumns.warehouseName(name)), name)
                .baseType();
        Optional<String> shared = type.filter(base -> other.filter(base::equals).isPresent());
        Order order = shared.map(TablePair::order).orElse(Order.TEXT);
        return new KeyColumn(name, order, SqlIdentifier.quoted("pg_catalog", shared.orElse("text")));
    }

    private static Order order(String baseType) {
        if (ORDERED.contains(baseType)) {
            return Order.NATIVE;
        }
        return TEXT.contains(baseType) ? Order.BYTES : Order.TEXT;
    }

    /** The names of the key's columns. */
    List<String> keyNames() {
        return source.key().stream().map(KeyColumn::name).toList();
    }
}
