package dev.idem.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.source.SourceView.Slot;
import dev.idem.status.PipelineStatus.Level;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotGuardTest {

    private static final long MIB = 1 << 20;

    private final SlotGuard guard = new SlotGuard(100 * MIB);

    @Test
    void nothing_is_said_while_little_is_kept() {
        assertThat(guard.warning(limited(10 * MIB, 90 * MIB))).isEmpty();
        assertThat(guard.warning(unlimited(99 * MIB))).isEmpty();
    }

    @Test
    void half_of_the_limit_is_a_warning_and_four_fifths_are_critical() {
        assertThat(guard.health(limited(50 * MIB, 50 * MIB)).level()).isEqualTo(Level.WARNING);
        assertThat(guard.health(limited(80 * MIB, 20 * MIB)).level()).isEqualTo(Level.CRITICAL);
        assertThat(guard.warning(limited(80 * MIB, 20 * MIB)).orElseThrow().text())
                .contains("keeps 80 MiB")
                .contains("after 20 MiB more it can be lost");
    }

    @Test
    void without_a_limit_the_setting_counts() {
        assertThat(guard.health(unlimited(100 * MIB)).level()).isEqualTo(Level.WARNING);
        assertThat(guard.health(unlimited(200 * MIB)).level()).isEqualTo(Level.CRITICAL);
        assertThat(guard.warning(unlimited(200 * MIB)).orElseThrow().remedy())
                .contains("start the capture")
                .contains("max_slot_wal_keep_size");
    }

    @Test
    void what_the_server_says_goes_first() {
        assertThat(guard.health(slot("unreserved", 0, Optional.of(MIB))).level())
                .isEqualTo(Level.CRITICAL);
        assertThat(guard.warning(slot("lost", 0, Optional.empty()))
                        .orElseThrow()
                        .remedy())
                .contains("on-new-history=resync");
    }

    private static Slot limited(long retained, long safe) {
        return slot("extended", retained, Optional.of(safe));
    }

    private static Slot unlimited(long retained) {
        return slot("extended", retained, Optional.empty());
    }

    private static Slot slot(String status, long retained, Optional<Long> safe) {
        return new Slot(
                "idem_idem",
                false,
                status,
                Optional.empty(),
                Optional.empty(),
                retained,
                safe,
                safe.map(more -> retained + more));
    }
}
