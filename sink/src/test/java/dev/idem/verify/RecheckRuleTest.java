package dev.idem.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.verify.Candidate.Look;
import dev.idem.verify.RecheckRule.Decision;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecheckRuleTest {

    private final RecheckRule rule = new RecheckRule(3);

    @Test
    void a_row_that_the_warehouse_has_got_meanwhile_is_the_same() {
        assertThat(decide("new@7 old", "new@7 new")).isEqualTo(Decision.SAME);
    }

    @Test
    void a_row_that_nobody_wrote_and_that_still_differs_is_different() {
        assertThat(decide("new@7 old", "new@7 old")).isEqualTo(Decision.DIFFERENT);
    }

    @Test
    void a_row_that_is_gone_on_one_side_for_good_is_different() {
        assertThat(decide("a@7 -", "a@7 -")).isEqualTo(Decision.DIFFERENT);
        assertThat(decide("- a", "- a")).isEqualTo(Decision.DIFFERENT);
    }

    @Test
    void a_row_that_was_written_meanwhile_is_looked_at_again_even_where_its_value_is_the_same() {
        assertThat(decide("a@7 b", "a@8 b")).isEqualTo(Decision.UNDECIDED);
    }

    @Test
    void a_row_that_shows_what_the_source_showed_before_follows() {
        assertThat(decide("b@7 a", "c@8 b")).isEqualTo(Decision.SAME);
    }

    @Test
    void a_count_of_equal_rows_that_the_source_had_before_says_nothing() {
        assertThat(decide("5 4", "6 5", "7 6")).isEqualTo(Decision.MOVING);
        assertThat(decide("5 4", "5 5")).isEqualTo(Decision.SAME);
    }

    @Test
    void a_row_that_is_written_all_the_time_is_moving_where_the_warehouse_moves() {
        assertThat(decide("b@7 w", "d@8 x", "f@9 y")).isEqualTo(Decision.MOVING);
    }

    @Test
    void a_row_that_is_written_all_the_time_is_different_where_the_warehouse_stands_still() {
        assertThat(decide("b@7 w", "d@8 w", "f@9 w")).isEqualTo(Decision.DIFFERENT);
    }

    /** Looks as {@code source@version warehouse}; {@code -} for no row. */
    private Decision decide(String... looks) {
        List<Look> read = Arrays.stream(looks)
                .map(look -> look.split(" ", -1))
                .map(look -> new Look(state(look[0]), state(look[1])))
                .toList();
        return rule.decide(new Candidate(List.of("1"), read));
    }

    private static RowState state(String text) {
        String[] parts = text.split("@", -1);
        return text.equals("-") ? RowState.ABSENT : new RowState(parts[0], parts.length == 1 ? "" : parts[1]);
    }
}
