package dev.idem.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Judges a status as monitoring systems ask for it: by one answer. Pure.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param maxLag how far behind the source the warehouse may be
 */
public record StatusCheck(Duration maxLag) {

    /** What is wrong; empty where nothing is. A lag that the status does not tell is none. */
    public List<String> problems(JsonNode status) {
        List<String> problems = new ArrayList<>();
        for (JsonNode warning : status.path("warnings")) {
            if (warning.path("level").asText().equals("critical")) {
                problems.add(warning.path("text").asText());
            }
        }
        if (!status.path("consistent").asBoolean()) {
            problems.add("the warehouse holds no whole image of the source yet");
        }
        double seconds = status.path("lag").path("seconds").asDouble(0);
        if (seconds * 1000 > maxLag.toMillis()) {
            problems.add("lag " + Sizes.text(Duration.ofMillis(Math.round(seconds * 1000))) + " (expected: at most "
                    + Sizes.text(maxLag) + ')');
        }
        return problems;
    }

    /** True where the status tells how far behind the warehouse is, in time. */
    public static boolean tellsLag(JsonNode status) {
        return status.path("lag").has("seconds");
    }
}
