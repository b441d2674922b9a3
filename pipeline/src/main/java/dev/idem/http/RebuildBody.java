package dev.idem.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.change.TableId;
import dev.idem.http.ActionRequest.Refused;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The body of a request for a rebuild, understood.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param tables in the order in which they are rebuilt
 */
record RebuildBody(Set<TableId> tables, boolean isDryRun) {

    private static final String DRY_RUN = "dryRun";

    /** What it may have. */
    static final List<String> FIELDS = List.of(ActionRequest.TABLES, DRY_RUN);

    static RebuildBody read(JsonNode body) throws Refused {
        Set<TableId> tables = new LinkedHashSet<>(ActionRequest.tables(body));
        if (tables.isEmpty()) {
            throw new Refused(
                    400,
                    "the body names no tables (expected: {\"tables\": [{\"schema\": \"public\", \"table\":"
                            + " \"orders\"}]})");
        }
        return new RebuildBody(Collections.unmodifiableSet(tables), ActionRequest.flag(body, DRY_RUN));
    }
}
