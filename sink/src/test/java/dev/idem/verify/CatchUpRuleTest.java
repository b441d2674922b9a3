package dev.idem.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Lsn;
import dev.idem.verify.CatchUpRule.Facts;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CatchUpRuleTest {

    private static final Lsn TARGET = Lsn.parse("0/20");
    private static final Optional<Lsn> BEFORE = Optional.of(Lsn.parse("0/10"));
    private static final Optional<Lsn> AFTER = Optional.of(Lsn.parse("0/20"));
    private final CatchUpRule rule = new CatchUpRule(Duration.ofSeconds(2), Duration.ofSeconds(60));

    @Test
    void a_warehouse_that_has_passed_the_position_is_not_waited_for() {
        assertThat(isOver(AFTER, true, 0, 0)).isTrue();
    }

    @Test
    void a_position_that_must_pass_is_waited_for_even_where_it_stands_still() {
        assertThat(isOver(BEFORE, true, 50, 50)).isFalse();
    }

    @Test
    void without_a_capture_a_moving_position_is_waited_for_and_one_that_stands_still_is_not() {
        assertThat(isOver(BEFORE, false, 1, 30)).isFalse();
        assertThat(isOver(BEFORE, false, 2, 3)).isTrue();
        assertThat(isOver(Optional.empty(), false, 2, 3)).isTrue();
    }

    @Test
    void no_wait_is_longer_than_its_bound() {
        assertThat(isOver(BEFORE, true, 1, 60)).isTrue();
    }

    private boolean isOver(Optional<Lsn> applied, boolean isExpected, int stillSeconds, int waitedSeconds) {
        return rule.isOver(
                TARGET,
                new Facts(applied, isExpected, Duration.ofSeconds(stillSeconds), Duration.ofSeconds(waitedSeconds)));
    }
}
