package dev.idem.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.idem.control.DeadLetter;
import dev.idem.control.DeadLetterQueue;
import dev.idem.control.PipelineActions;
import dev.idem.control.RebuildEntry;
import dev.idem.control.RebuildOrders;
import dev.idem.control.ReplayEntry;
import dev.idem.control.ReplayOrders;
import dev.idem.control.ReplayRecord;
import dev.idem.control.Requests;
import dev.idem.control.VerificationRecord;
import dev.idem.control.WarehouseView;
import dev.idem.replay.LogPosition;
import dev.idem.replay.ReplayRequest;
import dev.idem.replay.SavedOffsets;
import dev.idem.status.PipelineStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the server tells of and acts on.
 *
 * @param latest the last status; empty before the first
 * @param history the figures of the last minutes
 * @param warehouse empty where this process has none: then nothing can be asked for either
 * @param metrics the figures in Prometheus' text format
 */
public record Watched(
        Supplier<Optional<PipelineStatus>> latest,
        Supplier<ArrayNode> history,
        Optional<Orders> warehouse,
        Supplier<String> metrics) {

    /**
     * What is read from and kept in the warehouse.
     *
     * @param view opens a view; the caller closes it
     * @param ordered is called when something was ordered
     */
    public record Orders(
            Supplier<WarehouseView> view,
            Requests requests,
            PipelineActions actions,
            DeadLetterQueue deadLetters,
            Replays replays,
            RebuildOrders rebuilds,
            Runnable ordered) {}

    /**
     * How replays are asked for.
     *
     * @param plan what a request comes to, or a {@link dev.idem.error.PipelineException} that says why it cannot be
     */
    public record Replays(ReplayOrders orders, Function<ReplayRequest, ReplayRecord> plan, Offsets offsets) {}

    /** How saved offsets are looked up. */
    public interface Offsets {
        /**
         * The cut of a position, or else the youngest cuts.
         *
         * @throws dev.idem.error.PipelineException where there is no such cut, or the log cannot be asked
         */
        SavedOffsets find(Optional<LogPosition> position, int last);
    }

    /** The youngest replays. */
    List<ReplayEntry> replays(int limit) {
        return look(view -> view.replays(limit)).orElse(List.of());
    }

    /** One replay. */
    Optional<ReplayEntry> replay(long id) {
        return look(view -> view.replay(id)).flatMap(Function.identity());
    }

    /** The youngest rebuilds. */
    List<RebuildEntry> rebuilds(int limit) {
        return look(view -> view.rebuilds(limit)).orElse(List.of());
    }

    /** One rebuild. */
    Optional<RebuildEntry> rebuild(long id) {
        return look(view -> view.rebuild(id)).flatMap(Function.identity());
    }

    /** The youngest dead letters. */
    List<DeadLetter> deadLetters(int limit) {
        return look(view -> view.deadLetters(limit)).orElse(List.of());
    }

    /** The youngest comparisons of source and warehouse. */
    List<VerificationRecord> verifications(int limit) {
        return look(view -> view.verifications(limit)).orElse(List.of());
    }

    /** What a view says; empty where this process has no warehouse. */
    private <T> Optional<T> look(Function<WarehouseView, T> reading) {
        if (warehouse.isEmpty()) {
            return Optional.empty();
        }
        try (WarehouseView view = warehouse.get().view().get()) {
            return Optional.of(reading.apply(view));
        }
    }
}
