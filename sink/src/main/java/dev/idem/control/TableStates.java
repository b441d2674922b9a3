package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The tables of a pipeline as a person sees them, from outside the sink: which follow and which are parked.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the warehouse's kinds.
 */
public final class TableStates {

    private final Warehouse warehouse;
    private final String pipeline;

    /** The tables of that pipeline in that warehouse. */
    public TableStates(Warehouse warehouse, String pipeline) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
    }

    /**
     * One table.
     *
     * @param table its name
     * @param state {@code following} or {@code parked}
     * @param place its name in the warehouse; empty where it has never been made
     * @param parked why and since when it is parked; empty where it follows
     */
    public record TableState(TableId table, String state, Optional<TableId> place, Optional<Parked> parked) {}

    /**
     * A parked table.
     *
     * @param reason what failed
     * @param since when that was
     * @param cut the last cut that it has
     * @param retryAt when it is tried again
     */
    public record Parked(String reason, Instant since, long cut, Instant retryAt) {}

    /** Where a parked table goes on. */
    public enum From {
        /** With the first cut that it missed. */
        MISSED,
        /** With what comes from now on: what it missed must then be read anew at the source. */
        NOW
    }

    /** All tables, in the order of their names. */
    public List<TableState> all() {
        return call("reading idem.table_state", handle -> all(handle, pipeline));
    }

    /** All tables, in the transaction of the handle. */
    static List<TableState> all(Handle handle, String pipeline) {
        return handle.createQuery("""
                        select source_schema, source_table, state, reason, since, parked_at_cut, retry_at,
                          target_schema, target_table
                        from idem.table_state
                        where pipeline = :pipeline
                        order by 1, 2""")
                .bind("pipeline", pipeline)
                .map((row, context) -> new TableState(
                        new TableId(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getString(8) == null
                                ? Optional.empty()
                                : Optional.of(new TableId(row.getString(8), row.getString(9))),
                        row.getString(4) == null
                                ? Optional.empty()
                                : Optional.of(new Parked(
                                        row.getString(4),
                                        row.getObject(5, OffsetDateTime.class).toInstant(),
                                        row.getLong(6),
                                        row.getObject(7, OffsetDateTime.class).toInstant()))))
                .list();
    }

    /** Asks the sink to try the table now; false where it is not parked. */
    public boolean resume(TableId table, From from) {
        String position = from == From.MISSED ? "" : ", cut = progress.cut, log_offset = progress.log_offset";
        return call(
                "resuming table " + table,
                handle -> handle.createUpdate("""
                                update idem.parked as parked set retry_at = now(), attempts = 0%s
                                from idem.progress as progress
                                where progress.pipeline = parked.pipeline
                                  and parked.pipeline = :pipeline
                                  and parked.source_schema = :schema
                                  and parked.source_table = :table""".formatted(position))
                                .bind("pipeline", pipeline)
                                .bind("schema", table.schema())
                                .bind("table", table.name())
                                .execute()
                        == 1);
    }

    private <T> T call(String what, Function<Handle, T> action) {
        try (Handle handle = warehouse.open()) {
            return action.apply(handle);
        } catch (JdbiException e) {
            throw WarehouseFailure.of(what, e);
        }
    }
}
