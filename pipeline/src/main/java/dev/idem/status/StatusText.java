package dev.idem.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A status as a person reads it in a terminal, made of its JSON: so it looks the same whoever gave it. */
public final class StatusText {

    private static final int MOST_TABLES = 40;
    private static final Set<String> GOOD = Set.of("equal", "repaired");

    private StatusText() {}

    /** The lines. */
    public static List<String> lines(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add("pipeline %s  %s  (%s)"
                .formatted(
                        status.path("name").asText(),
                        status.path("at").asText(),
                        status.path("origin").asText().equals("process")
                                ? "from the running process"
                                : "from the servers: no process was asked"));
        part(lines, status, "capture");
        part(lines, status, "sink");
        lines.add("");
        lines.add("%-10s %18s %12s %16s".formatted("", "LSN", "behind", ""));
        for (JsonNode position : status.path("positions")) {
            lines.add("%-10s %18s %12s %16s"
                    .formatted(
                            position.path("stage").asText(),
                            position.path("lsn").asText(),
                            bytes(position.path("behindBytes")),
                            time(position.path("behindSeconds"))));
        }
        lines.add("");
        lines.add(lag(status));
        if (status.has("slot")) {
            lines.add(slot(status.path("slot")));
        }
        JsonNode throughput = status.path("throughput");
        if (status.path("origin").asText().equals("process")) {
            lines.add(String.format(
                    Locale.ROOT,
                    "throughput  %.0f events/s published, %.0f events/s applied, %.0f rows/s changed",
                    throughput.path("publishedPerSecond").asDouble(),
                    throughput.path("eventsPerSecond").asDouble(),
                    throughput.path("rowsPerSecond").asDouble()));
        }
        tables(lines, status.path("tables"));
        tombstones(lines, status.path("tables"));
        verified(lines, status.path("tables"));
        for (JsonNode warning : status.path("warnings")) {
            lines.add("");
            lines.add("%s: %s"
                    .formatted(
                            warning.path("level").asText(), warning.path("text").asText()));
            lines.add("  -> " + warning.path("remedy").asText());
        }
        return lines;
    }

    private static void part(List<String> lines, JsonNode status, String name) {
        if (status.has(name)) {
            JsonNode part = status.path(name);
            String detail = part.path("detail").asText();
            lines.add("%-10s %s%s".formatted(name, part.path("state").asText(), detail.isEmpty() ? "" : "  " + detail));
        }
    }

    private static String lag(JsonNode status) {
        JsonNode lag = status.path("lag");
        String time = lag.has("seconds") ? time(lag.path("seconds")) : "time not known from one look";
        return "lag         %s, %s%s%s"
                .formatted(
                        time,
                        lag.has("bytes") ? bytes(lag.path("bytes")) : "bytes not known",
                        lag.has("lastCommit")
                                ? ", last transaction of "
                                        + lag.path("lastCommit").asText()
                                : "",
                        status.path("consistent").asBoolean() ? "" : ", the warehouse holds no whole image yet");
    }

    private static String slot(JsonNode slot) {
        return "slot        %s %s, %s, keeps %s%s"
                .formatted(
                        slot.path("name").asText(),
                        slot.path("active").asBoolean() ? "active" : "not active",
                        slot.path("walStatus").asText(),
                        bytes(slot.path("retainedBytes")),
                        slot.has("limitBytes") ? " of " + bytes(slot.path("limitBytes")) : ", no limit");
    }

    private static void tables(List<String> lines, JsonNode tables) {
        List<JsonNode> others = new ArrayList<>();
        tables.forEach(table -> {
            if (!table.path("state").asText().equals("following")) {
                others.add(table);
            }
        });
        lines.add("tables      %d following, %d not".formatted(tables.size() - others.size(), others.size()));
        others.stream()
                .limit(MOST_TABLES)
                .forEach(table -> lines.add("            %s %s.%s since %s: %s"
                        .formatted(
                                table.path("state").asText(),
                                table.path("schema").asText(),
                                table.path("table").asText(),
                                table.path("since").asText(),
                                table.path("reason").asText())));
    }

    /** The deletes that are remembered, and which tables have a reason to forget none at present. */
    private static void tombstones(List<String> lines, JsonNode tables) {
        long kept = 0;
        long purged = 0;
        List<String> waiting = new ArrayList<>();
        for (JsonNode table : tables) {
            JsonNode tombstones = table.path("tombstones");
            kept += tombstones.path("kept").asLong();
            purged += tombstones.path("purged").asLong();
            if (tombstones.has("waits")) {
                waiting.add("            %s.%s keeps them: %s"
                        .formatted(
                                table.path("schema").asText(),
                                table.path("table").asText(),
                                tombstones.path("waits").asText()));
            }
        }
        lines.add("tombstones  about %d kept, %d purged".formatted(kept, purged));
        waiting.stream().limit(MOST_TABLES).forEach(lines::add);
    }

    /** How many tables were compared with the source, since when, and which of them were not the same. */
    private static void verified(List<String> lines, JsonNode tables) {
        List<JsonNode> verified = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        tables.forEach(table -> {
            JsonNode last = table.path("verification");
            if (!last.isMissingNode()) {
                verified.add(table);
                if (!GOOD.contains(last.path("result").asText())) {
                    others.add(table);
                }
            }
        });
        String oldest = verified.stream()
                .map(table -> table.path("verification").path("at").asText())
                .min(Comparator.naturalOrder())
                .map(at -> ", the oldest comparison of " + at)
                .orElse("");
        lines.add("verified    %d of %d tables%s".formatted(verified.size(), tables.size(), oldest));
        others.stream().limit(MOST_TABLES).forEach(table -> {
            JsonNode last = table.path("verification");
            lines.add("            %s %s.%s at %s: %d rows differed, %d repaired"
                    .formatted(
                            last.path("result").asText(),
                            table.path("schema").asText(),
                            table.path("table").asText(),
                            last.path("at").asText(),
                            last.path("differences").asLong(),
                            last.path("repaired").asLong()));
        });
    }

    private static String bytes(JsonNode value) {
        return value.isMissingNode() ? "" : Sizes.text(value.asLong());
    }

    private static String time(JsonNode seconds) {
        return seconds.isMissingNode() ? "" : Sizes.text(Duration.ofMillis(Math.round(seconds.asDouble() * 1000)));
    }
}
