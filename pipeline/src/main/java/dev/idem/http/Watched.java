package dev.idem.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.idem.apply.DeadLetter;
import dev.idem.apply.PipelineActions;
import dev.idem.apply.Requests;
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
     * @param deadLetters opens a view; the caller closes it
     * @param resyncOrdered is called when a table is to be read anew
     */
    public record Orders(
            Supplier<WarehouseView> deadLetters, Requests requests, PipelineActions actions, Runnable resyncOrdered) {}

    /** The youngest dead letters. */
    List<DeadLetter> deadLetters(int limit) {
        if (warehouse.isEmpty()) {
            return List.of();
        }
        try (WarehouseView view = warehouse.get().deadLetters().get()) {
            return view.deadLetters(limit);
        }
    }
}
