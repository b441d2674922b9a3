package dev.idem.control;

import dev.idem.change.TableId;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The dead letters of a pipeline as a person sees them, from outside the sink.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Fails:</i> with a {@link dev.idem.error.PipelineException} of the warehouse's kinds.
 */
public final class DeadLetterQueue {

    private final Warehouse warehouse;
    private final String pipeline;

    /** The dead letters of that pipeline in that warehouse. */
    public DeadLetterQueue(Warehouse warehouse, String pipeline) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
    }

    /**
     * Which letters are meant: those to which everything applies that is given.
     *
     * @param id the letter of that number
     * @param table letters of that table
     */
    public record Selection(Optional<Long> id, Optional<TableId> table) {

        /** Every letter. */
        public static final Selection ALL = new Selection(Optional.empty(), Optional.empty());

        /** The letter of that number. */
        public static Selection of(long id) {
            return new Selection(Optional.of(id), Optional.empty());
        }

        /** The letters of that table. */
        public static Selection of(TableId table) {
            return new Selection(Optional.empty(), Optional.of(table));
        }

        private static final String CONDITION = """

                where pipeline = :pipeline
                  and id = coalesce(:id, id)
                  and (:table::text is null or source_schema = :schema and source_table = :table)
                """;

        private <T extends SqlStatement<T>> T bind(T statement, String pipeline) {
            return statement
                    .bind("pipeline", pipeline)
                    .bind("id", id.orElse(null))
                    .bind("schema", table.map(TableId::schema).orElse(null))
                    .bind("table", table.map(TableId::name).orElse(null));
        }
    }

    /** The letters of the selection, at most so many, in the order in which they were set aside. */
    public List<DeadLetter> list(Selection selection, int most) {
        return call(
                "reading idem.dead_letter",
                handle -> selection
                        .bind(
                                handle.createQuery("select * from idem.dead_letter" + Selection.CONDITION
                                        + "order by id limit :most"),
                                pipeline)
                        .bind("most", most)
                        .map(DeadLetterRow::map)
                        .list());
    }

    /** How many letters the selection has. */
    public long count(Selection selection) {
        return call(
                "counting idem.dead_letter",
                handle -> selection
                        .bind(
                                handle.createQuery("select count(*) from idem.dead_letter" + Selection.CONDITION),
                                pipeline)
                        .mapTo(Long.class)
                        .one());
    }

    /** Asks the sink to try the letters again; how many. A running sink does it at once, else the next one. */
    public int retry(Selection selection) {
        return call("asking to try dead letters again", handle -> retry(handle, selection));
    }

    /** Forgets the letters; their events stay in the log, and the warehouse without them. How many. */
    public int discard(Selection selection) {
        return call("discarding dead letters", handle -> discard(handle, selection));
    }

    /** The same as {@link #retry}, as the work of a request. */
    public Requests.Work retrying(Selection selection) {
        return handle -> answer("retry asked for", retry(handle, selection));
    }

    /** The same as {@link #discard}, as the work of a request. */
    public Requests.Work discarding(Selection selection) {
        return handle -> answer("discarded", discard(handle, selection));
    }

    private static Requests.Answer answer(String result, int letters) {
        if (letters == 0) {
            return Requests.Answer.refused(404, "no such dead letter");
        }
        Requests.Answer answer = Requests.Answer.accepted(result);
        answer.body().put("deadLetters", letters);
        return answer;
    }

    private int retry(Handle handle, Selection selection) {
        return selection
                .bind(
                        handle.createUpdate(
                                "update idem.dead_letter set retry_requested_at = now()" + Selection.CONDITION),
                        pipeline)
                .execute();
    }

    private int discard(Handle handle, Selection selection) {
        return selection
                .bind(handle.createUpdate("delete from idem.dead_letter" + Selection.CONDITION), pipeline)
                .execute();
    }

    private <T> T call(String what, Function<Handle, T> action) {
        try (Handle handle = warehouse.open()) {
            return action.apply(handle);
        } catch (JdbiException e) {
            throw WarehouseFailure.of(what, e);
        }
    }
}
