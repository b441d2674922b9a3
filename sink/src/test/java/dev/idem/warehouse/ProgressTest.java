package dev.idem.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.change.Cut.Kind;
import dev.idem.change.Lsn;
import dev.idem.consume.PositionedCut;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final Progress WITHIN_SECOND_SNAPSHOT = new Progress(1, 2, new Lsn(500), 0, 0, false);

    /** Found by the simulation: a replay that began within a snapshot passed an older, complete one. */
    @Test
    void a_replay_over_an_older_epoch_does_not_make_an_incomplete_snapshot_consistent() {
        Progress replayed = WITHIN_SECOND_SNAPSHOT
                .after(cut(1, Kind.SNAPSHOT_COMPLETED, 1, 100))
                .after(cut(2, Kind.STREAM, 1, 900));

        assertThat(replayed.consistent()).isFalse();
        assertThat(replayed.commitLsn()).isEqualTo(new Lsn(500));
    }

    @Test
    void the_end_of_the_snapshot_makes_it_consistent_and_a_later_replay_leaves_it_so() {
        Progress complete = WITHIN_SECOND_SNAPSHOT
                .after(cut(3, Kind.SNAPSHOT, 2, 500))
                .after(cut(4, Kind.SNAPSHOT_COMPLETED, 2, 500));

        assertThat(complete.consistent()).isTrue();
        assertThat(complete.after(cut(3, Kind.SNAPSHOT, 2, 500)).consistent()).isTrue();
        assertThat(complete.after(cut(5, Kind.SNAPSHOT_STARTED, 3, 0)).consistent())
                .isFalse();
    }

    private static PositionedCut cut(long number, Kind kind, int epoch, long lsn) {
        return new PositionedCut(
                new Cut(
                        number,
                        kind,
                        epoch,
                        new Lsn(lsn),
                        null,
                        0,
                        0,
                        Map.of(),
                        new Cut.SourceIdentity("1", 1, "test", "idem_test"),
                        List.of()),
                number);
    }
}
