package dev.idem.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.idem.apply.DeadLetter;
import dev.idem.apply.PipelineActions;
import dev.idem.apply.Requests;
import dev.idem.apply.VerificationRecord;
import dev.idem.apply.WarehouseView;
import dev.idem.status.PipelineStatus;
import java.util.List;
import java.util.Optional;
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
    public record Orders(Supplier<WarehouseView> view, Requests requests, PipelineActions actions, Runnable ordered) {}

    /** The youngest dead letters. */
    List<DeadLetter> deadLetters(int limit) {
        if (warehouse.isEmpty()) {
            return List.of();
        }
        try (WarehouseView view = warehouse.get().view().get()) {
            return view.deadLetters(limit);
        }
    }

    /** The youngest comparisons of source and warehouse. */
    List<VerificationRecord> verifications(int limit) {
        if (warehouse.isEmpty()) {
            return List.of();
        }
        try (WarehouseView view = warehouse.get().view().get()) {
            return view.verifications(limit);
        }
    }
}
