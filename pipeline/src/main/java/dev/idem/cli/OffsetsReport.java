package dev.idem.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.change.Cut;
import dev.idem.replay.SavedOffsets;
import dev.idem.replay.TableHolding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The saved offsets for people and for programs.
 *
 * <p><i>Threads:</i> immutable.
 */
record OffsetsReport(SavedOffsets offsets) {

    private static final String COLUMNS = "%s %8s  %-18s %-26s %12s %9s  %s";
    private static final int MOST_TABLES = 4;

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(offsets.stands()
                .map(progress -> "The warehouse stands at cut " + progress.cut() + ", "
                        + position(progress.epoch(), progress.commitLsn().toString()) + ".")
                .orElse("The warehouse has applied nothing yet."));
        lines.add("");
        lines.add(String.format(
                Locale.ROOT, COLUMNS, " ", "cut", "lsn", "committed at", "transactions", "events", "tables"));
        offsets.cuts().forEach(cut -> lines.add(line(cut)));
        if (offsets.cuts().isEmpty()) {
            lines.add("  none");
        }
        lines.add("");
        lines.add("What the log holds, by partition [first, end):");
        offsets.holdings().forEach(holding -> lines.add("  " + line(holding)));
        return lines;
    }

    private String line(Cut cut) {
        boolean here = offsets.stands()
                .filter(progress -> progress.cut() == cut.number())
                .isPresent();
        Instant time = cut.commitTime();
        return String.format(
                        Locale.ROOT,
                        COLUMNS,
                        here ? "*" : " ",
                        cut.number(),
                        position(cut.epoch(), cut.commitLsn().toString()),
                        time == null ? "" : time,
                        cut.transactions(),
                        cut.events(),
                        cut.kind() == Cut.Kind.STREAM ? tables(cut) : kind(cut) + " " + tables(cut))
                .stripTrailing();
    }

    private static String kind(Cut cut) {
        return cut.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String position(int epoch, String lsn) {
        return epoch <= 1 ? lsn : lsn + " (epoch " + epoch + ")";
    }

    private String tables(Cut cut) {
        List<String> names = offsets.tables(cut);
        String shown = names.stream().limit(MOST_TABLES).collect(Collectors.joining(", "));
        return names.size() <= MOST_TABLES ? shown : shown + " and " + (names.size() - MOST_TABLES) + " more";
    }

    private static String line(TableHolding holding) {
        String offsets = holding.partitions().entrySet().stream()
                .map(entry -> entry.getKey() + ":[" + entry.getValue().from() + ", "
                        + entry.getValue().to() + ")")
                .collect(Collectors.joining(" "));
        return holding.table() + ": " + (offsets.isEmpty() ? "no topic" : offsets) + "; "
                + holding.wholeFrom()
                        .map(cut -> "everything from cut " + cut + " on")
                        .orElse("nothing to replay");
    }

    String json() {
        ObjectNode root = new ObjectMapper().createObjectNode();
        offsets.stands()
                .ifPresent(progress -> root.putObject("warehouse")
                        .put("cut", progress.cut())
                        .put("epoch", progress.epoch())
                        .put("commit_lsn", progress.commitLsn().toString()));
        var array = root.putArray("cuts");
        for (Cut cut : offsets.cuts()) {
            Instant time = cut.commitTime();
            var node = array.addObject()
                    .put("cut", cut.number())
                    .put("kind", kind(cut))
                    .put("epoch", cut.epoch())
                    .put("commit_lsn", cut.commitLsn().toString())
                    .put("commit_ts", time == null ? null : time.toString())
                    .put("transactions", cut.transactions())
                    .put("events", cut.events())
                    .putArray("tables");
            offsets.tables(cut).forEach(node::add);
        }
        var held = root.putArray("tables");
        for (TableHolding holding : offsets.holdings()) {
            var node = held.addObject()
                    .put("schema", holding.table().schema())
                    .put("table", holding.table().name());
            holding.wholeFrom().ifPresent(cut -> node.put("whole_from_cut", cut));
            var partitions = node.putObject("offsets");
            holding.partitions()
                    .forEach((partition, range) -> partitions
                            .putArray(String.valueOf(partition))
                            .add(range.from())
                            .add(range.to()));
        }
        return root.toString();
    }
}
