package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Lsn;
import dev.idem.change.Version;
import org.junit.jupiter.api.Test;

class PurgeRuleTest {

    private static final Version NONE = new Version(0, Lsn.ZERO, 0);

    @Test
    void deletes_are_kept_above_the_oldest_change_that_the_log_holds() {
        assertThat(PurgeRule.below(at(500), at(300), NONE, null)).isEqualTo(at(300));
    }

    @Test
    void deletes_are_kept_above_what_was_applied_where_the_log_is_empty_or_newer() {
        assertThat(PurgeRule.below(at(500), null, NONE, null)).isEqualTo(at(500));
        assertThat(PurgeRule.below(at(500), at(700), NONE, null)).isEqualTo(at(500));
    }

    @Test
    void as_long_as_the_log_can_hold_rows_of_a_reread_only_what_lies_below_the_floor_goes() {
        assertThat(PurgeRule.below(at(500), at(300), at(300), at(200))).isEqualTo(at(200));
        assertThat(PurgeRule.below(at(500), at(300), at(400), null)).isNull();
        assertThat(PurgeRule.below(at(500), at(300), at(299), at(200))).isEqualTo(at(300));
    }

    @Test
    void below_the_floor_nothing_exists_that_could_come_back() {
        assertThat(PurgeRule.below(at(500), at(300), NONE, at(400))).isEqualTo(at(400));
        assertThat(PurgeRule.below(at(500), at(300), NONE, at(100))).isEqualTo(at(300));
    }

    private static Version at(long lsn) {
        return new Version(1, new Lsn(lsn), 0);
    }
}
