package dev.idem.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What a comparison found.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param tables by name
 */
public record Verification(List<TableResult> tables) {

    private static final int MAX_NAMED = 5;

    /** Copies the list. */
    public Verification {
        tables = List.copyOf(tables);
    }

    /** True where at least one table was compared and none differs. */
    public boolean isEqual() {
        return !tables.isEmpty() && tables.stream().allMatch(TableResult::isEqual);
    }

    /** One sentence; it holds names of tables, and no values. */
    public String verdict() {
        if (tables.isEmpty()) {
            return "Nothing was compared: the warehouse follows no tables and none were named.";
        }
        long rows = sum(TableResult.Counts::rows);
        long moving = sum(TableResult.Counts::moving);
        String followed = moving == 0
                ? ""
                : "; " + counted(moving, "row") + " changed between all looks, and the warehouse followed";
        long repaired = tables.stream().mapToLong(TableResult::repaired).sum();
        String mended = repaired == 0 ? "" : "; " + counted(repaired, "row") + " that differed repaired";
        if (isEqual()) {
            return "Equal: " + counted(tables.size(), "table") + ", " + counted(rows, "row")
                    + ", every value is the same" + mended + followed + '.';
        }
        List<TableResult> different =
                tables.stream().filter(table -> !table.isEqual()).toList();
        String named =
                different.stream().limit(MAX_NAMED).map(Verification::told).collect(Collectors.joining("; "));
        String more = different.size() > MAX_NAMED ? "; and " + (different.size() - MAX_NAMED) + " more" : "";
        return "Different: " + different.size() + " of " + counted(tables.size(), "table") + ": " + named + more
                + mended + followed + '.';
    }

    private static String told(TableResult table) {
        TableResult.Counts counts = table.counts();
        List<String> parts = new ArrayList<>();
        if (!table.obstacle().isEmpty()) {
            parts.add(table.obstacle());
        }
        if (!table.sourceOnly().isEmpty()) {
            parts.add("the warehouse lacks the columns " + table.sourceOnly());
        }
        add(parts, counts.missing(), "missing");
        add(parts, counts.extra(), "extra");
        add(parts, counts.differing(), "differing");
        add(parts, counts.incomplete(), "incomplete");
        if (table.isBehind()) {
            parts.add("the warehouse is behind, they may be on their way");
        }
        table.repair().ifPresent(repair -> parts.add(counted(repair.left(), "row") + " not repaired"));
        return table.table() + " (" + String.join(", ", parts) + ')';
    }

    private static void add(List<String> parts, long rows, String how) {
        if (rows > 0) {
            parts.add(counted(rows, "row") + ' ' + how);
        }
    }

    private long sum(ToLongFunction<TableResult.Counts> count) {
        return tables.stream().map(TableResult::counts).mapToLong(count).sum();
    }

    private static String counted(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
