package dev.idem.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.TableId;
import dev.idem.control.RebuildResult;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Says what came of each table of a rebuild.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RebuildReport {

    private final Form form;
    private final boolean dryRun;
    private final PrintWriter out;

    /** How it is said. */
    enum Form {
        /** In words. */
        TEXT,
        /** One JSON object in a line. */
        JSON
    }

    RebuildReport(Form form, boolean dryRun, PrintWriter out) {
        this.form = form;
        this.dryRun = dryRun;
        this.out = out;
    }

    /** The table was rebuilt, or compared. */
    void tell(RebuildResult result) {
        out.println(
                switch (form) {
                    case TEXT -> text(result);
                    case JSON -> json(result);
                });
        out.flush();
    }

    /** It was not, and none behind it is. */
    void stopped(TableId table) {
        out.println(table + ": stopped; the table is as it was.");
        out.flush();
    }

    private String text(RebuildResult result) {
        return String.format(
                Locale.ROOT,
                "%s: %s from cuts %d to %d, %,d events; %,d rows, of which %,d %s missing, %,d differed; %,d rows more %s"
                        + " taken out.",
                result.table(),
                dryRun ? "derived and compared" : "rebuilt",
                result.fromCut(),
                result.toCut(),
                result.seen(),
                result.rebuilt().rows(),
                result.rebuilt().missing(),
                dryRun ? "are" : "were",
                result.rebuilt().differing(),
                result.rebuilt().extra(),
                dryRun ? "would be" : "were");
    }

    private String json(RebuildResult result) {
        return new ObjectMapper()
                .createObjectNode()
                .put("schema", result.table().schema())
                .put("table", result.table().name())
                .put("dry_run", dryRun)
                .put("from_cut", result.fromCut())
                .put("to_cut", result.toCut())
                .put("seen", result.seen())
                .put("rows", result.rebuilt().rows())
                .put("missing", result.rebuilt().missing())
                .put("differing", result.rebuilt().differing())
                .put("extra", result.rebuilt().extra())
                .put("deletes", result.rebuilt().deletes())
                .toString();
    }
}
