package dev.idem.verify;

import dev.idem.change.RereadRequest;
import dev.idem.change.RowKeys;
import dev.idem.change.TableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Has the rows of one table made right that differ, and looks whether they are.
 *
 * <p>Few rows of a table with a key are asked for by their keys. Many, or those of a table without a key, are had by
 * reading the whole table, whose end the warehouse tells by the table's floor.
 *
 * <p><i>Threads:</i> one thread, one use.
 */
final class TableRepair {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final TablePair pair;
    private final Databases databases;
    private final String pipeline;
    private final Recheck recheck;
    private final RepairSettings settings;
    private final long start = System.nanoTime();

    TableRepair(TablePair pair, Databases databases, String pipeline, Recheck recheck, RepairSettings settings) {
        this.pair = pair;
        this.databases = databases;
        this.pipeline = pipeline;
        this.recheck = recheck;
        this.settings = settings;
    }

    /**
     * Repairs and looks.
     *
     * @param differences how many rows differ
     * @param keys theirs; empty where they are too many, or the table has no key
     * @param compareAgain compares the whole table and tells how many rows differ
     */
    Repair run(long differences, List<List<String>> keys, LongSupplier compareAgain) {
        long left = keys.isEmpty() ? repairTable(differences, compareAgain) : repairRows(keys);
        return new Repair(Math.max(0, differences - left), left);
    }

    private long repairRows(List<List<String>> keys) {
        long left = 0;
        for (List<List<String>> piece : pieces(keys)) {
            settings.repairer().repair(pair.table(), Optional.of(new RowKeys(pair.keyNames(), piece)));
            left += await(piece);
        }
        return left;
    }

    /** As many requests as their bounds demand. */
    private static List<List<List<String>>> pieces(List<List<String>> keys) {
        List<List<List<String>>> pieces = new ArrayList<>();
        List<List<String>> piece = new ArrayList<>();
        long characters = 0;
        for (List<String> key : keys) {
            long more = key.stream().mapToLong(String::length).sum();
            boolean isFull =
                    piece.size() == RereadRequest.MOST_ROWS || characters + more > RereadRequest.MOST_CHARACTERS;
            if (isFull && !piece.isEmpty()) {
                pieces.add(List.copyOf(piece));
                piece.clear();
                characters = 0;
            }
            piece.add(key);
            characters += more;
        }
        pieces.add(List.copyOf(piece));
        return pieces;
    }

    private long await(List<List<String>> keys) {
        List<List<String>> open = keys;
        Duration pause = FIRST_PAUSE;
        do {
            Pauses.pause(pause);
            pause = longer(pause);
            open = recheck.differing(open);
        } while (!open.isEmpty() && !isOver());
        return open.size();
    }

    private long repairTable(long differences, LongSupplier compareAgain) {
        String before = floor();
        settings.repairer().repair(pair.table(), Optional.empty());
        Duration pause = FIRST_PAUSE;
        do {
            Pauses.pause(pause);
            pause = longer(pause);
        } while (floor().equals(before) && !isOver());
        return floor().equals(before) ? differences : compareAgain.getAsLong();
    }

    /** The version below which the table has no rows: it rises when the table was read anew. */
    private String floor() {
        TableId table = pair.table();
        return databases
                .warehouse()
                .list(
                        "reading the floor of " + table,
                        "select floor_epoch || ' ' || floor_lsn from idem.target"
                                + " where pipeline = ? and source_schema = ? and source_table = ?",
                        List.of(pipeline, table.schema(), table.name()),
                        row -> String.valueOf(row.getString(1)))
                .stream()
                .findFirst()
                .orElse("");
    }

    private boolean isOver() {
        return System.nanoTime() - start >= settings.maxWait().toNanos();
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}
