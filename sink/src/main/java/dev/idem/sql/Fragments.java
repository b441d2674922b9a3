package dev.idem.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Pieces that several statements share. */
final class Fragments {

    static final String EPOCH = "_idem_epoch";
    static final String LSN = "_idem_lsn";
    static final String SEQ = "_idem_seq";
    static final String SYNCED_AT = "_idem_synced_at";
    static final String CARRIED = "_idem_carried";
    static final String MISSING = "_idem_missing";

    /** The version's three columns. */
    static final String VERSION = EPOCH + ", " + LSN + ", " + SEQ;

    private Fragments() {}

    /** {@code (alias._idem_epoch, alias._idem_lsn, alias._idem_seq)}, comparable as a tuple. */
    static String version(String alias) {
        return "(%1$s.%2$s, %1$s.%3$s, %1$s.%4$s)".formatted(alias, EPOCH, LSN, SEQ);
    }

    /** The version as one text that sorts as the version does. */
    static String versionText(String alias) {
        return "idem.version_text(%1$s.%2$s, %1$s.%3$s, %1$s.%4$s)".formatted(alias, EPOCH, LSN, SEQ);
    }

    /** The items, each on a line of its own. */
    static <T> String lines(List<T> items, Function<T, String> line) {
        return items.stream().map(line).collect(Collectors.joining(",\n  "));
    }

    /** {@code left.key = right.key and ...}. */
    static String sameKey(TargetTable table, String left, String right) {
        return table.key().stream()
                .map(column -> column.compared(left + '.' + column.quoted()) + " = "
                        + column.compared(right + '.' + column.quoted()))
                .collect(Collectors.joining("\n  and "));
    }

    /**
     * The bound arrays as rows: the given columns as texts, then the version. One array a column, in this order, then
     * epochs, LSNs and ordinals, then an array for each of {@code extras}.
     *
     * @param extras names of further text columns
     */
    static String changes(List<TargetColumn> columns, String... extras) {
        List<String> arrays = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            TargetColumn column = columns.get(i);
            arrays.add("?::text[]");
            names.add("c" + i);
            values.add("c" + i + "::" + column.castType() + " as " + column.quoted());
        }
        arrays.addAll(List.of("?::integer[]", "?::text[]", "?::bigint[]"));
        names.addAll(List.of(EPOCH, LSN, SEQ));
        values.addAll(List.of(EPOCH, LSN + "::pg_lsn as " + LSN, SEQ));
        for (String extra : extras) {
            arrays.add("?::text[]");
            names.add(extra);
            values.add(extra);
        }
        return "select\n  " + String.join(",\n  ", values) + "\nfrom unnest(" + String.join(", ", arrays)
                + ")\n  as bound (" + String.join(", ", names) + ")";
    }
}
