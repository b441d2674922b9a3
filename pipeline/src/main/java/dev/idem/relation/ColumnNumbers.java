package dev.idem.relation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the attribute numbers of columns that are known by name, type and order only.
 *
 * <p><i>Threads:</i> stateless.
 */
final class ColumnNumbers {

    /*
     * The stream names a table's columns in the order of their attribute numbers, and a number is never used twice. So
     * each column is one of the attributes that the catalogue has now, dropped ones included, and the numbers rise. An
     * attribute that still lives and has a lower number than one of the columns was there at that time, for numbers
     * only grow: it must be one of the columns too, unless the stream leaves it out (generated, or not published).
     *
     * What is left open is which dropped attribute was which column, and which names were changed since. That is an
     * alignment of two sequences: every pair has a price, so has every living attribute that is left out, and the
     * cheapest alignment is taken. Where two are equally cheap, or the cheapest is a mere guess, it says so.
     */

    private static final int SAME = 0;
    private static final int AS_BEFORE = 1;
    private static final int NEW_TYPE = 2;
    private static final int NEW_TYPE_SINCE = 3;
    private static final int DROPPED_UNKNOWN = 4;
    private static final int RENAMED = 6;
    private static final int LEFT_OUT = 10;
    private static final int GUESS = 15;
    private static final int BEYOND = 20;
    private static final int NEVER = 1 << 28;

    private ColumnNumbers() {}

    /** A column of the stream. */
    record Column(String name, String type) {}

    /**
     * An attribute that a column may be.
     *
     * @param now what the catalogue calls it; empty where it was dropped
     * @param earlier what it was called at other times, as far as is known
     * @param optional whether the stream may leave it out
     */
    record Slot(int number, Optional<Column> now, Set<Column> earlier, boolean optional) {}

    /**
     * The answer.
     *
     * @param numbers for each column, in their order
     * @param certain false where others would fit as well
     */
    record Found(List<Integer> numbers, boolean certain) {}

    /** Finds the numbers; {@code slots} are in the order of theirs. */
    static Found find(List<Column> columns, List<Slot> slots) {
        List<Slot> all = new ArrayList<>(slots);
        int last = slots.isEmpty() ? 0 : slots.get(slots.size() - 1).number();
        for (int i = 1; i <= columns.size(); i++) {
            all.add(new Slot(last + i, Optional.empty(), Set.of(), true));
        }
        return new Alignment(columns, all, slots.size()).cheapest();
    }

    private static final class Alignment {

        private final List<Column> columns;
        private final List<Slot> slots;
        private final int real;
        /** The price of the first columns where the last of them is this slot. */
        private final int[][] ending;

        private final int[][] endingWays;

        Alignment(List<Column> columns, List<Slot> slots, int real) {
            this.columns = columns;
            this.slots = slots;
            this.real = real;
            this.ending = new int[columns.size()][slots.size()];
            this.endingWays = new int[columns.size()][slots.size()];
        }

        Found cheapest() {
            if (columns.isEmpty()) {
                return new Found(List.of(), true);
            }
            int[] before = new int[slots.size() + 1];
            int[] ways = new int[slots.size() + 1];
            for (int j = 0; j < slots.size(); j++) {
                before[j + 1] = before[j] + leftOut(j);
            }
            Arrays.fill(ways, 1);
            for (int i = 0; i < columns.size(); i++) {
                int[] upTo = new int[slots.size() + 1];
                int[] upToWays = new int[slots.size() + 1];
                upTo[0] = NEVER;
                for (int j = 0; j < slots.size(); j++) {
                    ending[i][j] = Math.min(NEVER, before[j] + price(i, j));
                    endingWays[i][j] = ways[j];
                    int skipped = Math.min(NEVER, upTo[j] + leftOut(j));
                    upTo[j + 1] = Math.min(ending[i][j], skipped);
                    upToWays[j + 1] = Math.min(
                            2,
                            (ending[i][j] == upTo[j + 1] ? endingWays[i][j] : 0)
                                    + (skipped == upTo[j + 1] ? upToWays[j] : 0));
                }
                before = upTo;
                ways = upToWays;
            }
            return traced();
        }

        private Found traced() {
            int last = columns.size() - 1;
            int best = NEVER;
            int ways = 0;
            int slot = 0;
            for (int j = 0; j < slots.size(); j++) {
                if (ending[last][j] < best) {
                    best = ending[last][j];
                    slot = j;
                    ways = endingWays[last][j];
                } else if (ending[last][j] == best) {
                    ways += endingWays[last][j];
                }
            }
            boolean certain = ways <= 1;
            Integer[] numbers = new Integer[columns.size()];
            for (int i = last; i >= 0; i--) {
                numbers[i] = slots.get(slot).number();
                certain &= price(i, slot) < LEFT_OUT;
                slot = i == 0 ? slot : previous(i, slot);
            }
            return new Found(List.of(numbers), certain);
        }

        /** The slot of the column before, on a cheapest way to column {@code i} in {@code slot}. */
        private int previous(int i, int slot) {
            int wanted = ending[i][slot] - price(i, slot);
            int skipped = 0;
            for (int j = slot - 1; j > 0; j--) {
                if (ending[i - 1][j] + skipped == wanted) {
                    return j;
                }
                skipped += leftOut(j);
            }
            return 0;
        }

        private int leftOut(int j) {
            Slot slot = slots.get(j);
            return slot.now().isEmpty() || slot.optional() ? 0 : LEFT_OUT;
        }

        private int price(int i, int j) {
            if (j >= real) {
                return BEYOND;
            }
            Column column = columns.get(i);
            Slot slot = slots.get(j);
            boolean nameBefore = slot.earlier().stream().anyMatch(e -> e.name().equals(column.name()));
            boolean typeBefore = slot.earlier().stream().anyMatch(e -> e.type().equals(column.type()));
            int asBefore = slot.earlier().contains(column) ? AS_BEFORE : nameBefore ? NEW_TYPE_SINCE : GUESS;
            if (slot.now().isPresent()) {
                Column now = slot.now().get();
                boolean typeNow = now.type().equals(column.type());
                int asNow = now.name().equals(column.name()) ? (typeNow ? SAME : NEW_TYPE) : typeNow ? RENAMED : GUESS;
                return Math.min(asNow, asBefore);
            }
            if (slot.earlier().isEmpty()) {
                return DROPPED_UNKNOWN;
            }
            return Math.min(asBefore, typeBefore ? RENAMED : GUESS);
        }
    }
}
