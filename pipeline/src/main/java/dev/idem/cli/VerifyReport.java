package dev.idem.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.verify.Repair;
import dev.idem.verify.RowDifference;
import dev.idem.verify.TableResult;
import dev.idem.verify.TableResult.Counts;
import dev.idem.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The result of a comparison in words and in JSON: counts and names of columns; keys only where asked for, values
 * never.
 */
final class VerifyReport {

    private final ObjectMapper json = new ObjectMapper();
    private final boolean showsKeys;

    VerifyReport(boolean showsKeys) {
        this.showsKeys = showsKeys;
    }

    /** What was found in one table. */
    List<String> lines(TableResult table) {
        List<String> lines = new ArrayList<>();
        String found = table.obstacle().isEmpty() ? counts(table) : table.obstacle();
        lines.add("%-9s %s: %s".formatted(table.isEqual() ? "equal" : "different", table.table(), found));
        addColumns(lines, "columns that differ", differing(table));
        addColumns(lines, "columns that the warehouse lacks", String.join(", ", table.sourceOnly()));
        addColumns(lines, "columns that only the warehouse has", String.join(", ", table.warehouseOnly()));
        addColumns(lines, "columns that only the source computes, not compared", String.join(", ", table.generated()));
        if (showsKeys) {
            table.examples().forEach(example -> lines.add("          " + told(example)));
        }
        return lines;
    }

    private static void addColumns(List<String> lines, String what, String names) {
        if (!names.isEmpty()) {
            lines.add("          " + what + ": " + names);
        }
    }

    private static String differing(TableResult table) {
        return table.differingColumns().entrySet().stream()
                .map(column -> column.getKey() + " (" + column.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String counts(TableResult table) {
        Counts counts = table.counts();
        List<String> parts = new ArrayList<>();
        parts.add(counts.rows() + " rows");
        add(parts, counts.missing(), "missing");
        add(parts, counts.extra(), "extra");
        add(parts, counts.differing(), "differing");
        add(parts, counts.incomplete(), "incomplete");
        add(parts, counts.moving(), "changed between all looks");
        add(parts, table.repaired(), "repaired");
        table.repair().map(Repair::left).ifPresent(left -> add(parts, left, "not repaired"));
        if (table.isBehind()) {
            parts.add("the warehouse is behind, so what differs may be on its way");
        }
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, long rows, String how) {
        if (rows > 0) {
            parts.add(rows + " " + how);
        }
    }

    private String told(RowDifference example) {
        String columns = example.columns().isEmpty() ? "" : " in " + String.join(", ", example.columns());
        return kind(example) + " " + object(example.key()) + columns;
    }

    private ObjectNode object(Map<String, String> key) {
        ObjectNode object = json.createObjectNode();
        key.forEach(object::put);
        return object;
    }

    private static String kind(RowDifference example) {
        return example.kind().name().toLowerCase(Locale.ROOT);
    }

    /** The whole result on one line. */
    String json(Verification result) {
        ObjectNode root = json.createObjectNode();
        root.put("equal", result.isEqual()).put("verdict", result.verdict());
        ArrayNode tables = root.putArray("tables");
        result.tables().forEach(table -> add(tables, table));
        return root.toString();
    }

    private void add(ArrayNode tables, TableResult table) {
        ObjectNode node = tables.addObject();
        node.put("schema", table.table().schema()).put("table", table.table().name());
        node.put("equal", table.isEqual()).put("obstacle", table.obstacle());
        Counts counts = table.counts();
        node.put("rows", counts.rows())
                .put("missing", counts.missing())
                .put("extra", counts.extra())
                .put("differing", counts.differing())
                .put("incomplete", counts.incomplete())
                .put("moving", counts.moving());
        node.put("behind", table.isBehind());
        table.repair()
                .ifPresent(repair -> node.put("repaired", repair.repaired()).put("left", repair.left()));
        ObjectNode columns = node.putObject("differing_columns");
        table.differingColumns().forEach(columns::put);
        table.sourceOnly().forEach(node.putArray("source_only_columns")::add);
        table.warehouseOnly().forEach(node.putArray("warehouse_only_columns")::add);
        table.generated().forEach(node.putArray("generated_columns")::add);
        if (showsKeys) {
            ArrayNode examples = node.putArray("examples");
            table.examples().forEach(example -> {
                ObjectNode one = examples.addObject().put("kind", kind(example));
                one.set("key", object(example.key()));
                example.columns().forEach(one.putArray("columns")::add);
            });
        }
    }
}
