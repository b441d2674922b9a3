package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.process.PipelineFixture.Servers;
import dev.idem.testing.TestPostgres;
import dev.idem.verify.Address;
import dev.idem.verify.TableResult.Counts;
import dev.idem.verify.Verification;
import dev.idem.verify.Verifier;
import dev.idem.verify.VerifySettings;
import dev.idem.verify.VerifySettings.Limits;
import dev.idem.verify.VerifySettings.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A pair that is written to has no differences but those that were planted. */
class VerifyRunningPipelineIT {

    /** Ten minutes: {@code -Didem.verify.seconds=600}. */
    private static final long LONG_FORM_SECONDS = Long.getLong("idem.verify.seconds", 0);

    private static Servers servers;

    @BeforeAll
    static void startServers() {
        servers = Servers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @Test
    void a_healthy_pair_has_no_differences_while_it_is_written_to_and_a_planted_one_is_found() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table accounts (id int primary key, balance bigint, note text)",
                    "create table history (account int, delta int, at timestamptz default clock_timestamp())",
                    "create table quiet (id int primary key, v text)",
                    "insert into accounts select i, 0, 'n' from generate_series(1, 2000) i",
                    "insert into quiet select i, 'v' from generate_series(1, 500) i");
            pipeline.start();
            pipeline.catchUp();
            AtomicBoolean stop = new AtomicBoolean();
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> write(pipeline, stop));

            long end = System.nanoTime() + Duration.ofSeconds(LONG_FORM_SECONDS).toNanos();
            for (int i = 0; i < 2 || System.nanoTime() < end; i++) {
                assertThat(verify(pipeline))
                        .as("while it is written to")
                        .matches(Verification::isEqual, "equal")
                        .satisfies(result -> assertThat(result.tables()).hasSize(3));
            }
            pipeline.warehouse(
                    "update quiet set v = 'x' where id = 250",
                    "delete from quiet where id = 251",
                    "insert into history select account, delta, at, _idem_epoch, _idem_lsn, _idem_seq + 1000000, now()"
                            + " from history limit 1");
            Verification damaged = verify(pipeline);
            stop.set(true);
            load.join();

            assertThat(damaged.tables().get(0).isEqual()).isTrue();
            assertThat(damaged.tables().get(1).counts().extra()).isEqualTo(1);
            assertThat(damaged.tables().get(1).counts().differences()).isEqualTo(1);
            assertThat(damaged.tables().get(2).counts()).isEqualTo(new Counts(500, 1, 0, 1, 0, 0));
        }
    }

    private static void write(PipelineFixture pipeline, AtomicBoolean stop) {
        Random random = new Random(7);
        try (Connection connection = pipeline.sourceConnection();
                Statement statement = connection.createStatement()) {
            while (!stop.get()) {
                int account = 1 + random.nextInt(2000);
                statement.execute("begin");
                statement.execute("update accounts set balance = balance + 1 where id in (1, " + account + ")");
                statement.execute("insert into history values (" + account % 10 + ", 1)");
                statement.execute("delete from accounts where id = " + (10_000 + account));
                statement.execute("insert into accounts values (" + (10_000 + account) + ", 0, 'new')");
                statement.execute("commit");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the load", e);
        }
    }

    private static Verification verify(PipelineFixture pipeline) {
        return new Verifier(new VerifySettings(
                        pipeline.name(),
                        address(servers.source().jdbcUrl(pipeline.name()), servers.source()),
                        address(servers.warehouse().jdbcUrl(pipeline.name()), servers.warehouse()),
                        Optional.of("idem_" + pipeline.name()),
                        List.of(),
                        UnaryOperator.identity(),
                        Scope.FOLLOWED,
                        Limits.DEFAULT.withChunkRows(300)))
                .verify(table -> {});
    }

    private static Address address(String url, TestPostgres server) {
        return new Address(url, Map.of("user", server.user(), "password", server.password()));
    }
}
