package dev.idem.cli;

import dev.idem.change.TableId;
import dev.idem.control.ReplayCount;
import dev.idem.replay.ReplayListener;
import dev.idem.replay.ReplayProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says how a replay goes on, now and then, and what came of it.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ReplayReport implements ReplayListener {

    private static final long EVERY_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int BAR = 24;

    private final PrintWriter out;
    private long lastLine = System.nanoTime();
    private long lastSeen = -1;

    ReplayReport(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void progressed(ReplayProgress progress) {
        long now = System.nanoTime();
        if (lastSeen < 0) {
            lastSeen = progress.seen();
            lastLine = now;
        } else if (now - lastLine >= EVERY_NANOS) {
            long rate = (progress.seen() - lastSeen) * Duration.ofSeconds(1).toNanos() / (now - lastLine);
            out.println(line(progress, rate));
            out.flush();
            lastSeen = progress.seen();
            lastLine = now;
        }
    }

    private static String line(ReplayProgress progress, long rate) {
        return String.format(
                Locale.ROOT,
                "%s  %,d events read, %,d rows changed, %,d events/s",
                bar(progress.records(), progress.seen()),
                progress.seen(),
                progress.changed(),
                rate);
    }

    /** How much of the records was seen, as a bar and a number. */
    static String bar(long records, long seen) {
        long percent = records == 0 ? 100 : Math.min(100, seen * 100 / records);
        int filled = (int) (percent * BAR / 100);
        return String.format(Locale.ROOT, "[%s%s] %3d%%", "#".repeat(filled), ".".repeat(BAR - filled), percent);
    }

    /** What came of it, in lines. */
    static List<String> lines(ReplayProgress end, Tense tense) {
        List<String> lines = new ArrayList<>();
        end.tables().forEach((table, count) -> lines.add(line(table, count, tense)));
        lines.add(verdict(end, tense));
        return lines;
    }

    /** Whether something happened. */
    enum Tense {
        /** It did. */
        CHANGED("changed"),
        /** It was only rehearsed. */
        WOULD_CHANGE("would change");

        private final String words;

        Tense(String words) {
            this.words = words;
        }
    }

    private static String line(TableId table, ReplayCount count, Tense tense) {
        String refused = count.refused() == 0 ? "" : String.format(Locale.ROOT, ", %,d refused", count.refused());
        String leftOut = count.leftOut() == null ? "" : "; left out: " + count.leftOut();
        return String.format(
                Locale.ROOT,
                "%s: %,d events seen, %,d rows %s, %,d skipped as already applied%s%s",
                table,
                count.seen(),
                count.changed(),
                tense.words,
                count.skipped(),
                refused,
                leftOut);
    }

    private static String verdict(ReplayProgress end, Tense tense) {
        String cuts = "cuts " + end.fromCut() + " to " + end.toCut();
        return switch (end.state()) {
            case RUNNING -> "The replay of " + cuts + " goes on.";
            case DONE ->
                end.fromCut() > end.toCut()
                        ? "Nothing to replay: no such cut was applied yet."
                        : String.format(
                                Locale.ROOT,
                                "%s %s: %,d events seen, %,d rows %s.",
                                tense == Tense.CHANGED ? "Replayed" : "Looked at",
                                cuts,
                                end.seen(),
                                end.changed(),
                                tense.words);
            case STOPPED ->
                tense == Tense.CHANGED
                        ? "Stopped in the middle of " + cuts
                                + ". The same command goes on, or ./idem replay --resume; give"
                                + " it up with ./idem replay --cancel " + end.id() + "."
                        : "Stopped in the middle of " + cuts + ".";
            case CANCELLED -> "Given up in the middle of " + cuts + "; what was applied stays.";
        };
    }

    /** The same as one JSON object. */
    static String json(ReplayProgress end) {
        var root = new com.fasterxml.jackson.databind.ObjectMapper().createObjectNode();
        root.put("replay", end.id())
                .put("state", end.state().name().toLowerCase(Locale.ROOT))
                .put("from_cut", end.fromCut())
                .put("to_cut", end.toCut())
                .put("seen", end.seen())
                .put("changed", end.changed());
        var tables = root.putArray("tables");
        for (Map.Entry<TableId, ReplayCount> table : end.tables().entrySet()) {
            ReplayCount count = table.getValue();
            var node = tables.addObject()
                    .put("schema", table.getKey().schema())
                    .put("table", table.getKey().name())
                    .put("seen", count.seen())
                    .put("changed", count.changed())
                    .put("skipped", count.skipped())
                    .put("refused", count.refused());
            if (count.leftOut() != null) {
                node.put("left_out", count.leftOut());
            }
        }
        return root.toString();
    }
}
