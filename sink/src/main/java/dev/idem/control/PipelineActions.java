package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Update;

/**
 * What a person may ask of a pipeline, each kept in the warehouse: the sink reads it there, in whatever process it
 * runs.
 *
 * <p>Each action runs in the transaction of the request that asks for it, see {@link Requests}.
 *
 * <p><i>Threads:</i> thread-safe.
 */
public final class PipelineActions {

    private final Warehouse warehouse;
    private final String pipeline;

    /** The actions on that pipeline in that warehouse. */
    public PipelineActions(Warehouse warehouse, String pipeline) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
    }

    /** Nothing is applied from now on; what is captured waits in the log. */
    public Requests.Work pause() {
        return handle -> {
            run(handle.createUpdate("insert into idem.paused (pipeline) values (:pipeline) on conflict do nothing"));
            return Requests.Answer.accepted("paused");
        };
    }

    /** The sink goes on where it was. */
    public Requests.Work resume() {
        return handle -> {
            run(handle.createUpdate("delete from idem.paused where pipeline = :pipeline"));
            return Requests.Answer.accepted("resumed");
        };
    }

    /** The table waits in the log, the others go on. */
    public Requests.Work pause(TableId table) {
        return known(table, handle -> {
            run(handle.createUpdate("""
                            insert into idem.paused_table (pipeline, source_schema, source_table)
                            values (:pipeline, :schema, :table)
                            on conflict do nothing"""), table);
            return Requests.Answer.accepted("paused");
        });
    }

    /** The table goes on with what it missed, whether a person paused it or it was parked. */
    public Requests.Work resume(TableId table) {
        return known(table, handle -> {
            int paused = run(handle.createUpdate("""
                            delete from idem.paused_table
                            where pipeline = :pipeline and source_schema = :schema and source_table = :table"""), table);
            int parked = run(handle.createUpdate("""
                            update idem.parked set retry_at = now(), attempts = 0
                            where pipeline = :pipeline and source_schema = :schema and source_table = :table"""), table);
            return paused + parked == 0
                    ? Requests.Answer.refused(409, "the table follows already")
                    : Requests.Answer.accepted("resumed");
        });
    }

    /** The table is read anew at the source while the stream goes on. */
    public Requests.Work resync(TableId table) {
        return known(table, handle -> {
            run(handle.createUpdate("""
                            insert into idem.resync_order (pipeline, source_schema, source_table)
                            values (:pipeline, :schema, :table)"""), table);
            return Requests.Answer.accepted("resync asked for");
        });
    }

    /** Source and warehouse are compared. */
    public Requests.Work verify(boolean repair) {
        return handle -> {
            run(handle.createUpdate("""
                            insert into idem.verification_order (pipeline, repair)
                            values (:pipeline, :repair)""").bind("repair", repair));
            return Requests.Answer.accepted("verification asked for");
        };
    }

    /** The table is compared at the source and in the warehouse. */
    public Requests.Work verify(TableId table, boolean repair) {
        return known(table, handle -> {
            run(handle.createUpdate("""
                            insert into idem.verification_order (pipeline, source_schema, source_table, repair)
                            values (:pipeline, :schema, :table, :repair)""").bind("repair", repair), table);
            return Requests.Answer.accepted("verification asked for");
        });
    }

    private Requests.Work known(TableId table, Requests.Work work) {
        return handle -> {
            Optional<Requests.Answer> refusal = KnownTables.refusal(handle, pipeline, List.of(table));
            return refusal.isPresent() ? refusal.get() : work.run(handle);
        };
    }

    private int run(Update update, TableId table) {
        return run(update.bind("schema", table.schema()).bind("table", table.name()));
    }

    private int run(Update update) {
        return update.bind("pipeline", pipeline).execute();
    }

    /**
     * A table that is to be asked for.
     *
     * @param id of the order
     */
    public record ResyncOrder(long id, TableId table) {}

    /**
     * Orders that the capture was not yet asked for.
     *
     * @throws dev.idem.error.PipelineException of the warehouse's kinds
     */
    public List<ResyncOrder> openResyncs() {
        try (Handle handle = warehouse.open()) {
            return handle.createQuery("""
                            select id, source_schema, source_table
                            from idem.resync_order
                            where pipeline = :pipeline
                            order by id
                            limit 1000""")
                    .bind("pipeline", pipeline)
                    .map((row, context) ->
                            new ResyncOrder(row.getLong(1), new TableId(row.getString(2), row.getString(3))))
                    .list();
        } catch (JdbiException e) {
            throw WarehouseFailure.of("reading idem.resync_order", e);
        }
    }

    /**
     * The capture was asked for these.
     *
     * @throws dev.idem.error.PipelineException of the warehouse's kinds
     */
    public void asked(List<ResyncOrder> orders) {
        Optional<Long> last = orders.stream().map(ResyncOrder::id).max(Long::compare);
        if (last.isEmpty()) {
            return;
        }
        try (Handle handle = warehouse.open()) {
            handle.createUpdate("delete from idem.resync_order where pipeline = :pipeline and id = any (:ids)")
                    .bind("pipeline", pipeline)
                    .bindArray(
                            "ids",
                            Long.class,
                            orders.stream().map(ResyncOrder::id).toList())
                    .execute();
        } catch (JdbiException e) {
            throw WarehouseFailure.of("writing idem.resync_order", e);
        }
    }
}
