package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.change.Change;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.reduce.SourceHistory;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.ProgressTable;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import dev.idem.warehouse.WriterClaim;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One writer at a time: what another one does that thinks it is the writer. */
class WriterFencingIT {

    private static final ApplySettings SETTINGS = ApplySettings.defaults();

    private static TestPostgres server;
    private static Warehouse warehouse;
    private static Warehouse hidden;
    private static int pipelines;

    private final String pipeline = "p" + ++pipelines;

    @BeforeAll
    static void startServer() {
        server = TestPostgres.start();
        WarehouseSettings settings =
                new WarehouseSettings(server.jdbcUrl(), Map.of("user", server.user(), "password", server.password()));
        warehouse = new Warehouse(settings, "idem-test");
        hidden = new Warehouse(settings, "a session that nobody ends");
        warehouse.migrate();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void older_writer_whose_session_lives_on_commits_nothing() {
        try (WarehouseWriter older = start(hidden);
                WarehouseWriter younger = start(warehouse)) {
            apply(younger, 1);
            older.begin();
            older.add(anInsert());

            assertFenced(() -> older.commit(cut(1)));
            assertThat(appliedCut()).isEqualTo(1);
            assertThat(tablesMade()).isZero();
        }
    }

    @Test
    void older_writer_does_not_set_the_read_position_back() {
        try (WarehouseWriter older = start(hidden);
                WarehouseWriter younger = start(warehouse)) {
            apply(younger, 1);

            assertFenced(() -> older.rewind(0, 0));
            assertThat(appliedCut()).isEqualTo(1);
        }
    }

    @Test
    void older_writer_that_comes_back_leaves_the_younger_one_in_peace() {
        WriterClaim claim = WriterClaim.starting();
        WarehouseWriter.takeOver(warehouse, pipeline, SETTINGS, claim).close();
        try (WarehouseWriter younger = start(warehouse)) {
            assertFenced(() -> WarehouseWriter.takeOver(warehouse, pipeline, SETTINGS, claim.goingOn()));

            apply(younger, 1);
            assertThat(appliedCut()).isEqualTo(1);
        }
    }

    @Test
    void writer_that_nobody_followed_goes_on() {
        WriterClaim claim = WriterClaim.starting();
        WarehouseWriter.takeOver(warehouse, pipeline, SETTINGS, claim).close();

        try (WarehouseWriter again = WarehouseWriter.takeOver(warehouse, pipeline, SETTINGS, claim.goingOn())) {
            apply(again, 1);
            assertThat(again.progress().generation()).isEqualTo(2);
        }
    }

    @Test
    void writers_that_take_over_at_once_have_generations_of_their_own() {
        ProgressTable progress = new ProgressTable(pipeline);
        Set<Long> generations = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Void>> writers = IntStream.range(0, 8)
                .mapToObj(writer -> CompletableFuture.runAsync(
                        () -> {
                            try (Handle handle = warehouse.open()) {
                                for (int i = 0; i < 50; i++) {
                                    generations.add(progress.takeOver(handle, WriterClaim.starting(), "nobody")
                                            .generation());
                                }
                            }
                        },
                        command -> new Thread(command).start()))
                .toList();
        writers.forEach(CompletableFuture::join);

        assertThat(generations).hasSize(8 * 50);
    }

    private WarehouseWriter start(Warehouse by) {
        return WarehouseWriter.takeOver(by, pipeline, SETTINGS, WriterClaim.starting());
    }

    private static void apply(WarehouseWriter writer, long number) {
        writer.begin();
        writer.commit(cut(number));
    }

    private static PositionedCut cut(long number) {
        Cut.SourceIdentity source = new Cut.SourceIdentity("1", 1, "test", "idem_test");
        return new PositionedCut(
                new Cut(number, Cut.Kind.STREAM, 1, Lsn.parse("0/1"), null, 1, 0, Map.of(), source, List.of()), number);
    }

    private static LogEvent anInsert() {
        Change change =
                SourceHistory.generate(new Random(1), 1, false).changes().get(0);
        return new LogEvent.Decoded(new LogCoordinates("t", 0, 0), SourceHistory.TABLE, change);
    }

    /** No other test of this class writes: the table itself is part of what the fenced writer must not commit. */
    private static long tablesMade() {
        try (Handle handle = warehouse.open()) {
            return handle.createQuery("select count(*) from pg_class where relname = 'notes'")
                    .mapTo(Long.class)
                    .one();
        }
    }

    private long appliedCut() {
        try (Handle handle = warehouse.open()) {
            return handle.createQuery("select cut from idem.progress where pipeline = :pipeline")
                    .bind("pipeline", pipeline)
                    .mapTo(Long.class)
                    .one();
        }
    }

    private static void assertFenced(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.FENCED));
    }
}
