package dev.idem.sql;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of the columns that we add to every target table, and what becomes of a source's column of such a name.
 *
 * <p><i>Threads:</i> stateless.
 */
public final class MetadataColumns {

    /*
     * A source's column that has one of our names, with or without endings, gets one ending more. So no two columns of a
     * source come to share a name, and none comes to have one of ours.
     */
    private static final String ENDING = "_source";

    private static final List<String> ORDERED = List.of(
            Fragments.EPOCH, Fragments.LSN, Fragments.SEQ, Fragments.SYNCED_AT, Fragments.CARRIED, Fragments.MISSING);

    private static final Pattern OURS = Pattern.compile("(?:" + String.join("|", ORDERED) + ")(?:" + ENDING + ")*");

    /** The columns that we add to every target table. */
    public static final Set<String> NAMES = Set.copyOf(ORDERED);

    private MetadataColumns() {}

    /** The name in the warehouse of a column of the source: its own, unless that is one of ours. */
    public static String warehouseName(String sourceName) {
        return OURS.matcher(sourceName).matches() ? sourceName + ENDING : sourceName;
    }
}
