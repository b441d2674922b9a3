package dev.idem.demo;

import dev.idem.apply.TableCount;
import dev.idem.change.Lsn;
import dev.idem.demo.Picture.Money;
import dev.idem.demo.Picture.Positions;
import dev.idem.demo.Picture.Scene;
import dev.idem.demo.Picture.TableLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A picture as lines of text with colours, each at most {@link #WIDTH} wide. Pure. */
final class PictureText {

    /** Units: columns. */
    static final int WIDTH = 80;

    /** Units: rows. Below this nothing is left empty. */
    private static final int ROOMY = 32;

    private static final int BAR = 16;
    private static final int POSITION = 20;
    private static final int LABEL = 8;

    private static final List<String> LEGEND = List.of(
            "WAL head: where the source writes.  Captured: sent to Idem.  In Kafka: durable,",
            "in whole transactions.  Applied: committed in the warehouse, together with this",
            "position.",
            "",
            "Effectively once: after a crash or in a replay an event may be delivered again.",
            "Each carries its version (epoch / commit LSN / ordinal), and a row takes only",
            "what is newer than itself. So delivery is at least once, and repetition changes",
            "nothing.");

    private PictureText() {}

    /** The picture in as many lines as there is room for: the newest of the story, and the legend last. */
    static List<String> lines(Picture picture, int rows) {
        List<String> lines = new ArrayList<>();
        lines.add(title(picture));
        lines.add(acts(picture.act()));
        lines.add("");
        lines.addAll(positions(picture.positions()));
        lines.add("");
        lines.addAll(tables(picture));
        lines.add("");
        picture.money().map(PictureText::money).ifPresent(lines::add);

        if (rows < ROOMY) {
            lines.removeIf(String::isEmpty);
        }
        List<String> story =
                picture.story().stream().flatMap(scene -> scene(scene).stream()).toList();
        lines.add("");
        int room = Math.max(3, rows - lines.size());
        lines.addAll(story.subList(Math.max(0, story.size() - room), story.size()));
        if (lines.size() + 1 + LEGEND.size() < rows) {
            lines.add("");
            LEGEND.forEach(line -> lines.add(Ink.QUIET.on(line)));
        }
        return lines;
    }

    /** What is explained once where nothing is drawn again and again. */
    static List<String> legend() {
        return LEGEND;
    }

    /** The picture in one line. */
    static String line(Picture picture) {
        if (picture.act() == Act.SNAPSHOT) {
            return clock(picture) + "snapshot: " + snapshotInWords(picture);
        }
        Positions positions = picture.positions();
        TableCount total = picture.total();
        return clock(picture) + "WAL head " + text(positions.head()) + "  captured "
                + behind(positions, positions.captured())
                + "  in Kafka " + behind(positions, positions.logged()) + "  applied "
                + behind(positions, positions.applied()) + late(positions) + "  | "
                + number(picture.rates().transactions())
                + " tx/s  " + number(picture.rates().events()) + " events/s  | " + number(total.events())
                + " events read, " + number(total.changed()) + " rows changed";
    }

    private static String snapshotInWords(Picture picture) {
        return picture.tables().stream()
                .filter(table -> table.sourceRows() > 0)
                .map(table -> table.name() + " " + Math.round(100 * share(table)) + " %")
                .reduce((left, right) -> left + ", " + right)
                .orElse("");
    }

    private static String title(Picture picture) {
        String left = "Idem demo: a shop on PostgreSQL " + "→" + " Kafka " + "→" + " PostgreSQL";
        return Ink.TITLE.on(left)
                + " ".repeat(WIDTH - left.length() - 6)
                + "%6s".formatted(time(picture.elapsed().toSeconds()));
    }

    private static String acts(Act now) {
        List<String> parts = new ArrayList<>();
        for (Act act : Act.values()) {
            if (act == Act.KEEP_RUNNING && now != act) {
                break;
            }
            int order = act.compareTo(now);
            parts.add(
                    order < 0
                            ? Ink.GOOD.on("✓ " + act.title())
                            : order == 0 ? Ink.NOW.on("▶ " + act.title()) : Ink.QUIET.on("· " + act.title()));
        }
        return String.join("  ", parts);
    }

    private static List<String> positions(Positions positions) {
        return List.of(
                arrow("WAL head") + arrow("captured") + arrow("in Kafka") + Ink.TITLE.on("applied"),
                Ink.FLOW.on(cell(text(positions.head()))
                        + cell(text(positions.captured()))
                        + cell(text(positions.logged()))
                        + cell(text(positions.applied()))),
                Ink.QUIET.on(cell("")
                        + cell(behind(positions, positions.captured()))
                        + cell(behind(positions, positions.logged()))
                        + behind(positions, positions.applied())),
                Ink.QUIET.on(cell("") + cell("") + cell("") + delay(positions)));
    }

    private static String arrow(String label) {
        return Ink.TITLE.on(label) + " " + Ink.QUIET.on("─".repeat(POSITION - label.length() - 4) + "► ") + " ";
    }

    private static String cell(String text) {
        return "%-20s".formatted(text);
    }

    private static String text(Optional<Lsn> lsn) {
        return lsn.map(Lsn::toString).orElse("-");
    }

    private static String behind(Positions positions, Optional<Lsn> lsn) {
        if (positions.head().isEmpty() || lsn.isEmpty()) {
            return "-";
        }
        long bytes = Math.max(0, positions.head().get().bytesSince(lsn.get()));
        if (bytes == 0) {
            return "at the head";
        }
        return (bytes < 10_000 ? number(bytes) + " B" : number(bytes >> 10) + " KiB") + " behind";
    }

    private static String delay(Positions positions) {
        return positions
                .delay()
                .map(delay -> number(delay.toMillis()) + " ms late")
                .orElse("");
    }

    private static String late(Positions positions) {
        return positions.delay().isEmpty() ? "" : ", " + delay(positions);
    }

    private static List<String> tables(Picture picture) {
        List<String> lines = new ArrayList<>();
        lines.add(Ink.TITLE.on("%-13s %10s  %-23s %14s %14s"
                .formatted("table", "at opening", "snapshot", "events read", "rows changed")));
        picture.tables()
                .forEach(table -> lines.add("%-13s %10s  %s %14s %14s"
                        .formatted(
                                table.name(),
                                number(table.sourceRows()),
                                bar(table),
                                number(table.applied().events()),
                                number(table.applied().changed()))));
        TableCount total = picture.total();
        lines.add(Ink.TITLE.on("%-13s %-35s %14s %14s"
                .formatted("all", rates(picture), number(total.events()), number(total.changed()))));
        return lines;
    }

    private static String rates(Picture picture) {
        return "%s tx/s, %s events/s"
                .formatted(
                        number(picture.rates().transactions()),
                        number(picture.rates().events()));
    }

    private static String bar(TableLine table) {
        int full = (int) Math.round(BAR * share(table));
        String percent = "%4d %%".formatted(Math.round(100 * share(table)));
        Ink ink = table.snapshotDone() ? Ink.GOOD : Ink.FLOW;
        return ink.on("█".repeat(full)) + Ink.QUIET.on("░".repeat(BAR - full)) + " " + percent;
    }

    private static double share(TableLine table) {
        if (table.snapshotDone()) {
            return 1;
        }
        return table.sourceRows() == 0 ? 0 : Math.min(1, (double) table.snapshotRows() / table.sourceRows());
    }

    private static String money(Money money) {
        String sum = "all balances in the warehouse: " + money.sum();
        String looks = money.wrong() == 0
                ? Ink.GOOD.on("the same in all " + number(money.looks()) + " looks")
                : Ink.BAD.on("wrong in " + number(money.wrong()) + " of " + number(money.looks()) + " looks");
        return sum + ", " + looks;
    }

    private static List<String> scene(Scene scene) {
        List<String> lines = new ArrayList<>();
        String label = "%6s  ".formatted(time(scene.at().toSeconds()));
        for (String part : wrapped(scene.text(), WIDTH - LABEL)) {
            lines.add((lines.isEmpty() ? Ink.QUIET.on(label) : " ".repeat(LABEL)) + part);
        }
        return lines;
    }

    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String clock(Picture picture) {
        return "%6s  ".formatted(time(picture.elapsed().toSeconds()));
    }

    /** Units: seconds. As minutes and seconds. */
    static String time(long seconds) {
        return "%d:%02d".formatted(seconds / 60, seconds % 60);
    }

    /** With a comma between the thousands. */
    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
