package dev.idem.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseFailure;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * Requests that start something, each at most once: the key, the work and the answer are one transaction of the
 * warehouse. A request that is sent again, also after a kill of the process, gets the answer of the first.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Source:</i> draft-ietf-httpapi-idempotency-key-header, "Idempotency Enforcement Scenarios".
 */
public final class Requests {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KEPT_DAYS = 7;

    private final Warehouse warehouse;
    private final String pipeline;

    /** The requests to that pipeline. */
    public Requests(Warehouse warehouse, String pipeline) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
    }

    /**
     * What is done, in the transaction of the request; it may write control tables only.
     *
     * <p><i>Fails:</i> with a {@link JdbiException}; nothing is remembered of the request then.
     */
    @FunctionalInterface
    public interface Work {
        /** Does it and says what came of it. */
        Answer run(Handle handle);
    }

    /**
     * What came of a request.
     *
     * @param status as HTTP counts: 202 where it was accepted, 4xx where it was refused
     * @param body an object with {@code result}, or with {@code detail} where it was refused
     */
    public record Answer(int status, ObjectNode body) {

        /** The work is started, or was done. */
        public static Answer accepted(String result) {
            return new Answer(202, JSON.createObjectNode().put("result", result));
        }

        /** It cannot be done. */
        public static Answer refused(int status, String detail) {
            return new Answer(status, JSON.createObjectNode().put("detail", detail));
        }
    }

    /** What became of a request. */
    public enum Outcome {
        /** It was done now. */
        DONE,
        /** It was answered before, and is answered so again. */
        REPEATED,
        /** The same key came with another request. */
        KEY_REUSED,
        /** The same request is being done at this moment. */
        RUNNING
    }

    /**
     * A request's fate.
     *
     * @param answer empty where the key was reused or the request is running
     */
    public record Result(Outcome outcome, Optional<Answer> answer) {}

    /**
     * Does the work unless this request was answered before.
     *
     * @param key chosen by the client
     * @param fingerprint of the whole request
     * @throws dev.idem.error.PipelineException of the warehouse's kinds; nothing was done then, or all and the commit's
     *     answer was lost: the same request may be sent again
     */
    public Result once(String key, String fingerprint, Work work) {
        try (Handle handle = warehouse.open()) {
            return handle.inTransaction(same -> {
                if (!lock(same, key)) {
                    return new Result(Outcome.RUNNING, Optional.empty());
                }
                forgetOld(same);
                return find(same, key, fingerprint).orElseGet(() -> {
                    Answer answer = remember(same, key, fingerprint, work.run(same));
                    return new Result(Outcome.DONE, Optional.of(answer));
                });
            });
        } catch (JdbiException e) {
            throw WarehouseFailure.of("doing what was asked for", e);
        }
    }

    private boolean lock(Handle handle, String key) {
        return handle.createQuery(
                        "select pg_try_advisory_xact_lock(hashtextextended('idem request ' || :pipeline || ' ' || :key, 0))")
                .bind("pipeline", pipeline)
                .bind("key", key)
                .mapTo(Boolean.class)
                .one();
    }

    /** What another request is forgetting at this moment is left to it: its work may take a while. */
    private static void forgetOld(Handle handle) {
        handle.createUpdate("""
                        delete from idem.request
                        where (pipeline, idempotency_key) in (
                          select pipeline, idempotency_key from idem.request
                          where created_at < now() - :days * interval '1 day'
                          for update skip locked
                        )""").bind("days", KEPT_DAYS).execute();
    }

    private Optional<Result> find(Handle handle, String key, String fingerprint) {
        return handle.createQuery("""
                        select fingerprint, status, answer::text
                        from idem.request
                        where pipeline = :pipeline and idempotency_key = :key""")
                .bind("pipeline", pipeline)
                .bind("key", key)
                .map((row, context) -> row.getString(1).equals(fingerprint)
                        ? new Result(Outcome.REPEATED, Optional.of(new Answer(row.getInt(2), read(row.getString(3)))))
                        : new Result(Outcome.KEY_REUSED, Optional.empty()))
                .findOne();
    }

    /** The answer as it is kept, so that the first one and those that repeat it are the same to the byte. */
    private Answer remember(Handle handle, String key, String fingerprint, Answer answer) {
        String kept = handle.createQuery("""
                        insert into idem.request (pipeline, idempotency_key, fingerprint, status, answer)
                        values (:pipeline, :key, :fingerprint, :status, :answer::jsonb)
                        returning answer::text""")
                .bind("pipeline", pipeline)
                .bind("key", key)
                .bind("fingerprint", fingerprint)
                .bind("status", answer.status())
                .bind("answer", answer.body().toString())
                .mapTo(String.class)
                .one();
        return new Answer(answer.status(), read(kept));
    }

    private static ObjectNode read(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("idem.request holds an answer that is no JSON", e);
        }
    }
}
