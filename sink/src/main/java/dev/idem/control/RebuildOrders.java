package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.error.PipelineException;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The rebuilds that were asked for, as the warehouse keeps them: the process whose sink writes carries them out.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class RebuildOrders {

    private static final String LOCK =
            "select pg_advisory_xact_lock(hashtextextended('idem rebuild order ' || :pipeline, 0)) is null";

    private final Warehouse warehouse;
    private final String pipeline;
    private final RebuildTable rebuilds;

    /** The orders for that pipeline in that warehouse. */
    public RebuildOrders(Warehouse warehouse, String pipeline) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
        this.rebuilds = new RebuildTable(pipeline);
    }

    /**
     * Begins a rebuild. What the log holds is looked at when a table's turn comes.
     *
     * @param tables in the order in which they are rebuilt
     */
    public Requests.Work start(Set<TableId> tables, boolean isDryRun) {
        return handle -> {
            Optional<Requests.Answer> refusal = KnownTables.refusal(handle, pipeline, tables);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            handle.createQuery(LOCK)
                    .bind("pipeline", pipeline)
                    .mapTo(Boolean.class)
                    .one();
            Optional<String> obstacle = obstacle(handle, tables);
            if (obstacle.isPresent()) {
                return Requests.Answer.refused(409, obstacle.get());
            }
            Requests.Answer answer = Requests.Answer.accepted("rebuild asked for");
            answer.body().put("rebuild", rebuilds.insert(handle, tables, isDryRun));
            return answer;
        };
    }

    private Optional<String> obstacle(Handle handle, Set<TableId> tables) {
        for (TableId table : tables) {
            if (KnownTables.isParked(handle, pipeline, table)) {
                return Optional.of("table " + table + ": parked (expected: one that follows)");
            }
        }
        for (RebuildEntry other : rebuilds.running(handle)) {
            Set<TableId> both = new TreeSet<>(tables);
            both.retainAll(other.open());
            if (!both.isEmpty()) {
                return Optional.of("rebuild " + other.id() + " of " + both
                        + " is not at its end (expected: one rebuild of a table at a time)");
            }
        }
        return new ReplayTable(pipeline).obstacle(handle, tables);
    }

    /** Gives up a rebuild, whoever works on it; tables that it has rebuilt stay so, the one in hand stays as it was. */
    public Requests.Work cancel(long id) {
        return handle -> {
            if (rebuilds.end(handle, id, ReplayRecord.State.CANCELLED, Optional.empty())) {
                return Requests.Answer.accepted("cancelled");
            }
            return rebuilds.find(handle, id).isPresent()
                    ? Requests.Answer.refused(409, "rebuild " + id + " is at its end already")
                    : Requests.Answer.refused(404, "no such rebuild: " + id);
        };
    }

    /**
     * Rebuilds that are not at their end, the older ones first.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public List<RebuildEntry> open() {
        try (Handle handle = warehouse.open()) {
            return rebuilds.running(handle);
        } catch (JdbiException e) {
            throw WarehouseFailure.of("reading idem.rebuild", e);
        }
    }

    /**
     * All tables are rebuilt.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public void done(long id) {
        write(handle -> rebuilds.end(handle, id, ReplayRecord.State.DONE, Optional.empty()));
    }

    /**
     * A rebuild cannot be carried out; where it is at its end, nothing happens.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public void failed(long id, String reason) {
        write(handle -> rebuilds.end(handle, id, ReplayRecord.State.FAILED, Optional.of(reason)));
    }

    /**
     * A rebuild cannot go on at present.
     *
     * @throws PipelineException of the warehouse's kinds
     */
    public void waits(long id, String reason) {
        write(handle -> rebuilds.waits(handle, id, reason));
    }

    private void write(Consumer<Handle> writing) {
        try (Handle handle = warehouse.open()) {
            writing.accept(handle);
        } catch (JdbiException e) {
            throw WarehouseFailure.of("writing idem.rebuild", e);
        }
    }
}
