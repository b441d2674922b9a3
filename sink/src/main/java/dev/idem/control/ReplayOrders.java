package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import dev.idem.warehouse.WriterLock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The replays that were asked for, as the warehouse keeps them: the process whose sink writes carries them out.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class ReplayOrders {

    private final Warehouse warehouse;
    private final String pipeline;
    private final ReplayTable replays;

    /** The orders for that pipeline in that warehouse. */
    public ReplayOrders(Warehouse warehouse, String pipeline) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
        this.replays = new ReplayTable(pipeline);
    }

    /**
     * Begins a replay. It is planned first, which reads the log and may take a while; the stream is not in its way.
     *
     * @param tables those that are asked for by name
     * @param plan makes the record of it, with {@link PipelineException} where that cannot be
     */
    public Requests.Work start(List<TableId> tables, ReplayEntry.Terms terms, Supplier<ReplayRecord> plan) {
        return handle -> {
            Optional<Requests.Answer> refusal = KnownTables.refusal(handle, pipeline, tables);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            ReplayRecord planned;
            try {
                planned = plan.get();
            } catch (PipelineException e) {
                return refusal(e);
            }
            return planned.fromCut() > planned.toCut()
                    ? Requests.Answer.refused(409, "nothing to replay: no such cut was applied yet")
                    : register(handle, planned, terms);
        };
    }

    /** What cannot be is answered for good; what can heal is not, so that the same request may come again. */
    private static Requests.Answer refusal(PipelineException failure) {
        return switch (failure.kind()) {
            case SETTINGS -> Requests.Answer.refused(400, String.valueOf(failure.getMessage()));
            case LOG_INCOMPLETE -> Requests.Answer.refused(409, String.valueOf(failure.getMessage()));
            default -> throw failure;
        };
    }

    private Requests.Answer register(Handle handle, ReplayRecord planned, ReplayEntry.Terms terms) {
        WriterLock.take(handle, pipeline);
        Optional<String> obstacle = replays.obstacle(handle, planned.tables().keySet());
        if (obstacle.isPresent()) {
            return Requests.Answer.refused(409, obstacle.get());
        }
        long id = replays.insert(handle, planned);
        handle.createUpdate("""
                        insert into idem.replay_order (replay, dry_run, events_per_second)
                        values (:replay, :dryRun, :eventsPerSecond)""")
                .bind("replay", id)
                .bind("dryRun", terms.isDryRun())
                .bind("eventsPerSecond", boxed(terms))
                .execute();
        Requests.Answer answer = Requests.Answer.accepted("replay asked for");
        answer.body().put("replay", id);
        return answer;
    }

    private static @Nullable Long boxed(ReplayEntry.Terms terms) {
        return terms.eventsPerSecond().isPresent() ? terms.eventsPerSecond().getAsLong() : null;
    }

    /**
     * Gives up a replay, whoever works on it; what it applied stays.
     *
     * <p>The piece in hand is committed before, or is taken back: it moves the same row on.
     */
    public Requests.Work cancel(long id) {
        return handle -> {
            if (replays.end(handle, id, ReplayRecord.State.CANCELLED)) {
                return Requests.Answer.accepted("cancelled");
            }
            return replays.find(handle, id).isPresent()
                    ? Requests.Answer.refused(409, "replay " + id + " is at its end already")
                    : Requests.Answer.refused(404, "no such replay: " + id);
        };
    }

    /**
     * Replays that were asked for and are not at their end, the older ones first.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public List<ReplayEntry> open() {
        try (Handle handle = warehouse.open()) {
            return replays.ordered(handle);
        } catch (JdbiException e) {
            throw WarehouseFailure.of("reading idem.replay_order", e);
        }
    }

    /**
     * A replay cannot be carried out; where it is at its end, nothing happens.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public void failed(long id, String reason) {
        try (Handle handle = warehouse.open()) {
            handle.useTransaction(same -> {
                if (replays.end(same, id, ReplayRecord.State.FAILED)) {
                    same.createUpdate("update idem.replay_order set failure = :reason where replay = :replay")
                            .bind("reason", reason)
                            .bind("replay", id)
                            .execute();
                }
            });
        } catch (JdbiException e) {
            throw WarehouseFailure.of("writing idem.replay_order", e);
        }
    }
}
