package dev.idem.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Version;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The states of a key are a join-semilattice (invariant 3). */
class KeyStatePropertyTest {

    private static final int SEEDS = 3_000;
    private static final Version NOTHING_HAPPENED = new Version(1, Lsn.ZERO, 0);

    @Test
    void merging_is_commutative() {
        Seeds.check(SEEDS, seed -> {
            List<KeyState> states = states(new Random(seed));
            for (KeyState one : states) {
                for (KeyState other : states) {
                    assertThat(one.merge(other)).isEqualTo(other.merge(one));
                }
            }
        });
    }

    @Test
    void merging_is_associative() {
        Seeds.check(SEEDS, seed -> {
            Random random = new Random(seed);
            List<KeyState> states = states(random);
            for (int i = 0; i < 20; i++) {
                KeyState a = any(states, random);
                KeyState b = any(states, random);
                KeyState c = any(states, random);
                assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
            }
        });
    }

    @Test
    void merging_is_idempotent() {
        Seeds.check(
                SEEDS,
                seed -> states(new Random(seed))
                        .forEach(state -> assertThat(state.merge(state)).isEqualTo(state)));
    }

    @Test
    void any_order_and_repetition_of_changes_ends_in_the_state_of_the_source_order() {
        Seeds.check(SEEDS, seed -> {
            Random random = new Random(seed);
            List<KeyState> states = states(random);
            KeyState expected = reduce(states);

            List<KeyState> shuffled = new ArrayList<>(states);
            for (int i = 0; i < 5; i++) {
                shuffled.add(any(states, random));
            }
            Collections.shuffle(shuffled, random);

            assertThat(reduce(shuffled)).isEqualTo(expected);
        });
    }

    /** The laws alone would hold for a merge that forgets deletes or carriers, too. */
    @Test
    void changes_in_any_order_come_to_the_row_that_the_source_has() {
        Seeds.check(SEEDS, seed -> {
            Random random = new Random(seed);
            SourceHistory history = SourceHistory.generate(random, 12, false);
            List<KeyState> states = new ArrayList<>();
            history.changes().stream()
                    .filter(change -> concernsTheKey(change, true))
                    .forEach(change -> states.add(state(change)));
            Collections.shuffle(states, random);
            List<ColumnValue> row = history.rows().get(0);

            KeyState end = states.stream().reduce(KeyState::merge).orElse(KeyState.deleted(NOTHING_HAPPENED));

            assertThat(end.isLive()).isEqualTo(row != null);
            assertThat(end.isWhole()).isEqualTo(row != null);
            assertThat(IntStream.range(0, end.columns()).mapToObj(end::value).toList())
                    .isEqualTo(row == null ? List.of() : row);
        });
    }

    @Test
    void a_floor_and_merging_commute() {
        Seeds.check(SEEDS, seed -> {
            Random random = new Random(seed);
            List<Change> changes = changesOfOneKey(random);
            Version floor = changes.get(random.nextInt(changes.size())).version();
            KeyState one = state(changes.get(random.nextInt(changes.size())));
            KeyState other = state(changes.get(random.nextInt(changes.size())));

            KeyState mergedThenCut = one.merge(other).above(floor);
            KeyState cutThenMerged = mergeNullable(one.above(floor), other.above(floor));

            assertThat(mergedThenCut).isEqualTo(cutThenMerged == null ? null : cutThenMerged.above(floor));
        });
    }

    private static @Nullable KeyState mergeNullable(@Nullable KeyState one, @Nullable KeyState other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.merge(other);
    }

    private static KeyState any(List<KeyState> states, Random random) {
        return states.get(random.nextInt(states.size()));
    }

    private static KeyState reduce(List<KeyState> states) {
        return states.stream().reduce(KeyState::merge).orElseThrow();
    }

    /** States of single changes of one key, and of some merged. */
    private static List<KeyState> states(Random random) {
        List<KeyState> states = new ArrayList<>();
        changesOfOneKey(random).forEach(change -> states.add(state(change)));
        states.add(any(states, random).merge(any(states, random)));
        states.add(any(states, random).merge(any(states, random)));
        return states;
    }

    private static List<Change> changesOfOneKey(Random random) {
        List<Change> changes = new ArrayList<>();
        while (changes.isEmpty()) {
            SourceHistory.generate(random, 12, false).changes().stream()
                    .filter(change -> concernsTheKey(change, false))
                    .forEach(changes::add);
        }
        return changes;
    }

    private static boolean concernsTheKey(Change change, boolean withTruncates) {
        return change.match(
                upsert -> upsert.key().equals(SourceHistory.rowKey(0)),
                delete -> delete.key().equals(SourceHistory.rowKey(0)),
                truncate -> withTruncates,
                keyless -> false);
    }

    private static KeyState state(Change change) {
        return change.match(
                upsert -> KeyState.upserted(upsert.version(), upsert.row()),
                delete -> KeyState.deleted(delete.version()),
                truncate -> KeyState.deleted(truncate.version()),
                keyless -> KeyState.deleted(keyless.version()));
    }
}
