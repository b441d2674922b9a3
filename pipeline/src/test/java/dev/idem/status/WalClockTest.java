package dev.idem.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Lsn;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WalClockTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final WalClock clock = new WalClock();

    @Test
    void position_at_the_head_is_not_behind_however_old_it_is() {
        clock.head(new Lsn(100), 1, START);
        clock.head(new Lsn(100), 1, at(3600));

        assertThat(clock.since(new Lsn(100), at(3600))).contains(Duration.ZERO);
        assertThat(clock.since(new Lsn(101), at(3600))).contains(Duration.ZERO);
    }

    @Test
    void position_is_as_old_as_the_first_head_beyond_it() {
        clock.head(new Lsn(100), 1, START);
        clock.head(new Lsn(200), 1, at(10));
        clock.head(new Lsn(300), 1, at(20));

        assertThat(clock.since(new Lsn(100), at(30))).contains(Duration.ofSeconds(20));
        assertThat(clock.since(new Lsn(150), at(30))).contains(Duration.ofSeconds(20));
        assertThat(clock.since(new Lsn(200), at(30))).contains(Duration.ofSeconds(10));
    }

    @Test
    void position_that_was_left_before_the_first_look_has_no_age() {
        clock.head(new Lsn(100), 1, START);

        assertThat(clock.since(new Lsn(99), at(5))).isEmpty();
        assertThat(clock.watched(at(5))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void another_epoch_begins_anew() {
        clock.head(new Lsn(500), 1, START);
        clock.head(new Lsn(100), 2, at(10));
        clock.head(new Lsn(200), 2, at(20));

        assertThat(clock.since(new Lsn(100), at(25))).contains(Duration.ofSeconds(5));
    }

    @Test
    void long_watching_keeps_old_and_young_positions_in_bounds() {
        for (int second = 0; second < 100_000; second++) {
            clock.head(new Lsn(1000L + second), 1, at(second));
        }

        assertThat(clock.since(new Lsn(1000L + 99_990), at(99_999))).contains(Duration.ofSeconds(8));
        Duration old = clock.since(new Lsn(1000), at(99_999)).orElseThrow();
        assertThat(old).isBetween(Duration.ofSeconds(99_000), Duration.ofSeconds(99_999));
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }
}
