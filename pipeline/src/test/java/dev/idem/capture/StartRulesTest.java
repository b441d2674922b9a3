package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.capture.CaptureSettings.OnNewHistory;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.source.SlotState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartRulesTest {

    private static final Cut.SourceIdentity SOURCE = new Cut.SourceIdentity("7711", 1, "shop", "idem_shop");
    private static final Lsn BEFORE = Lsn.parse("0/100");
    private static final Lsn CUT = Lsn.parse("0/200");
    private static final Lsn AFTER = Lsn.parse("0/300");

    private Optional<Cut> cut = Optional.of(cut(Cut.Kind.STREAM));
    private Cut.SourceIdentity source = SOURCE;
    private Optional<SlotState> slot = Optional.of(slotAt(BEFORE));
    private Lsn serverWal = AFTER;
    private OnNewHistory onNewHistory = OnNewHistory.STOP;

    @Test
    void empty_log_and_no_slot_begins_with_a_snapshot_of_the_first_epoch() {
        cut = Optional.empty();
        slot = Optional.empty();

        assertThat(decide()).isEqualTo(new StartDecision.Snapshot(1, false, "the log is empty"));
    }

    @Test
    void slot_without_a_progress_record_is_refused_even_when_resync_is_allowed() {
        cut = Optional.empty();
        onNewHistory = OnNewHistory.RESYNC;

        assertRefused("belongs to someone else", "pg_drop_replication_slot");
    }

    @Test
    void slot_behind_or_at_the_log_streams_from_the_cut() {
        assertThat(decide()).isEqualTo(new StartDecision.Stream(3, CUT));

        slot = Optional.of(slotAt(CUT));
        assertThat(decide()).isEqualTo(new StartDecision.Stream(3, CUT));

        serverWal = CUT;
        assertThat(decide()).isEqualTo(new StartDecision.Stream(3, CUT));
    }

    @Test
    void completed_snapshot_streams_from_its_consistent_point() {
        cut = Optional.of(cut(Cut.Kind.SNAPSHOT_COMPLETED));

        assertThat(decide()).isEqualTo(new StartDecision.Stream(3, CUT));
    }

    @Test
    @DisplayName("trap 14: a slot that was advanced past the log is refused")
    void slot_ahead_of_the_log_is_refused() {
        slot = Optional.of(slotAt(AFTER));

        assertRefused("ahead of the log", "source.on-new-history=resync");
    }

    @Test
    @DisplayName("trap 14: a missing or invalidated slot is refused")
    void missing_or_invalidated_slot_is_refused() {
        slot = Optional.empty();
        assertRefused("is missing", "source.on-new-history=resync");

        slot = Optional.of(new SlotState("pgoutput", OptionalInt.empty(), BEFORE, true));
        assertRefused("is invalidated", "source.on-new-history=resync");
    }

    @Test
    @DisplayName("trap 5: a server whose WAL went back is refused")
    void server_behind_the_log_is_refused() {
        serverWal = BEFORE;

        assertRefused("the source is behind the log", "source.on-new-history=resync");
    }

    @Test
    @DisplayName("trap 5: another cluster, timeline, database or slot is refused")
    void changed_identity_is_refused() {
        source = new Cut.SourceIdentity("8822", 1, "shop", "idem_shop");
        assertRefused("another cluster", "source.on-new-history=resync");

        source = new Cut.SourceIdentity("7711", 2, "shop", "idem_shop");
        assertRefused("timeline 2", "source.on-new-history=resync");

        source = new Cut.SourceIdentity("7711", 1, "other", "idem_shop");
        assertRefused("database other", "source.on-new-history=resync");

        source = new Cut.SourceIdentity("7711", 1, "shop", "idem_other");
        assertRefused("the replication slot is idem_other", "source.on-new-history=resync");
    }

    @Test
    @DisplayName("trap 5: where resync is allowed a new history is a new epoch")
    void new_history_is_a_new_epoch_where_resync_is_allowed() {
        onNewHistory = OnNewHistory.RESYNC;
        serverWal = BEFORE;

        assertThat(decide()).isInstanceOfSatisfying(StartDecision.Snapshot.class, snapshot -> {
            assertThat(snapshot.epoch()).isEqualTo(4);
            assertThat(snapshot.dropSlot()).isTrue();
        });
    }

    @Test
    @DisplayName("trap 15: an incomplete snapshot is taken again on a new slot")
    void incomplete_snapshot_is_taken_again_on_a_new_slot() {
        for (Cut.Kind kind : List.of(Cut.Kind.SNAPSHOT_STARTED, Cut.Kind.SNAPSHOT)) {
            cut = Optional.of(cut(kind));
            assertThat(decide()).isInstanceOfSatisfying(StartDecision.Snapshot.class, snapshot -> {
                assertThat(snapshot.epoch()).isEqualTo(3);
                assertThat(snapshot.dropSlot()).isTrue();
            });
        }
    }

    @Test
    @DisplayName(
            "trap 5: rows of an incomplete snapshot are not newer than those of the next one, also where the WAL went back")
    void incomplete_snapshot_of_a_source_that_went_back_is_no_attempt_of_the_same_epoch() {
        cut = Optional.of(cut(Cut.Kind.SNAPSHOT));
        serverWal = BEFORE;
        assertRefused("the source is behind the log", "source.on-new-history=resync");

        onNewHistory = OnNewHistory.RESYNC;
        assertThat(decide())
                .isInstanceOfSatisfying(
                        StartDecision.Snapshot.class,
                        snapshot -> assertThat(snapshot.epoch()).isEqualTo(4));
    }

    @Test
    void slot_in_use_is_waited_for() {
        slot = Optional.of(new SlotState("pgoutput", OptionalInt.of(4711), BEFORE, false));

        assertThat(decide())
                .isInstanceOfSatisfying(
                        StartDecision.Wait.class,
                        wait -> assertThat(wait.reason()).contains("4711"));
    }

    private void assertRefused(String reason, String remedy) {
        assertThat(decide()).isInstanceOfSatisfying(StartDecision.Refuse.class, refuse -> {
            assertThat(refuse.reason()).contains(reason);
            assertThat(refuse.remedy()).contains(remedy);
        });
    }

    private StartDecision decide() {
        return StartRules.decide(new StartFacts(cut, source, slot, serverWal, onNewHistory));
    }

    private static SlotState slotAt(Lsn confirmed) {
        return new SlotState("pgoutput", OptionalInt.empty(), confirmed, false);
    }

    private static Cut cut(Cut.Kind kind) {
        return new Cut(7, kind, 3, CUT, null, 0, 0, Map.of(), SOURCE, List.of());
    }
}
