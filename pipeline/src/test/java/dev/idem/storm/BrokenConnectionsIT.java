package dev.idem.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.process.Pipeline;
import dev.idem.testing.CommitStage;
import dev.idem.testing.FaultProxy;
import dev.idem.testing.TestKafka;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Under load, connections, sessions and servers break one after another; the tables end equal all the same. */
class BrokenConnectionsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ACCOUNTS = 250;
    private static final int ROUNDS = 2;
    private static final long SEED = System.nanoTime();

    private static StormServers servers;

    @BeforeAll
    static void startServers() {
        System.out.println("storm: seed=" + SEED);
        servers = StormServers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    @Test
    @DisplayName(
            "trap 32: a commit that breaks off at any stage, in the warehouse or in Kafka, is neither lost nor done"
                    + " twice, keyless table included")
    void commit_that_breaks_off_at_any_stage_is_neither_lost_nor_done_twice() throws SQLException {
        try (TestKafka kafka = TestKafka.start();
                FaultProxy toKafka = FaultProxy.toKafka(kafka.port());
                FaultProxy toWarehouse = FaultProxy.to(servers.warehouse().port());
                Storm storm = new Storm(servers, ACCOUNTS)) {
            kafka.restartAdvertising(toKafka.port());
            storm.with("kafka.bootstrap.servers", "127.0.0.1:" + toKafka.port());
            throughProxy(storm, toWarehouse);
            underLoad(storm, () -> {
                for (int round = 0; round < ROUNDS; round++) {
                    for (CommitStage stage : CommitStage.values()) {
                        breakCommit(toWarehouse, stage);
                        storm.awaitProgress(1);
                        breakCommit(toKafka, stage);
                        storm.awaitProgress(1);
                    }
                }
            });

            assertThat(LogVersions.doubled(kafka.bootstrapServers(), storm.name()))
                    .isEmpty();
        }
    }

    private static void breakCommit(FaultProxy proxy, CommitStage stage) {
        int wanted = proxy.commitsBroken() + 1;
        proxy.breakNextCommit(stage);
        await().atMost(PATIENCE).until(() -> proxy.commitsBroken() >= wanted);
    }

    private static void throughProxy(Storm storm, FaultProxy proxy) {
        String direct = String.valueOf(storm.settings().get("warehouse.url"));
        storm.with("warehouse.url", direct.replace(":" + servers.warehouse().port(), ":" + proxy.port()));
    }

    @Test
    @DisplayName("trap 32: connections to the warehouse that are cut, half closed or refused heal by themselves")
    void connections_that_are_cut_half_closed_or_refused_heal() throws SQLException {
        try (FaultProxy proxy = FaultProxy.to(servers.warehouse().port());
                Storm storm = new Storm(servers, ACCOUNTS)) {
            throughProxy(storm, proxy);
            underLoad(storm, () -> {
                for (int round = 0; round < 3; round++) {
                    proxy.cut();
                    storm.awaitProgress(1);
                    proxy.halfClose();
                    storm.awaitProgress(1);
                    proxy.refuse();
                    proxy.allow();
                    storm.awaitProgress(1);
                }
            });
        }
    }

    @Test
    @DisplayName("trap 32: deadlocks, serialization failures and ended sessions are tried again")
    void deadlocks_serialization_failures_and_ended_sessions_are_tried_again() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS)) {
            underLoad(storm, () -> {
                storm.warehouse(
                        "create sequence fault",
                        """
                        create function fail_often() returns trigger language plpgsql as $$
                        declare
                          turn bigint := nextval('public.fault');
                        begin
                          if turn % 4 = 0 then
                            raise exception 'refused in this test' using errcode = 'serialization_failure';
                          elsif turn % 4 = 2 then
                            raise exception 'refused in this test' using errcode = 'deadlock_detected';
                          end if;
                          return null;
                        end
                        $$""",
                        "create trigger fail_often before insert on pgbench_tellers execute function fail_often()",
                        "alter table pgbench_tellers enable always trigger fail_often");
                for (int round = 0; round < 6; round++) {
                    storm.warehouse("""
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and application_name like 'idem%'""");
                    storm.awaitProgress(2);
                }
                storm.warehouse("drop trigger fail_often on pgbench_tellers");
                assertThat(Integer.parseInt(storm.warehouseValue("select last_value from fault")))
                        .isGreaterThan(4);
            });
        }
    }

    @Test
    @DisplayName("trap 17: the warehouse, the broker and the source are killed and come back, one after another")
    void servers_that_are_killed_and_come_back_lose_and_double_nothing() throws SQLException {
        try (Storm storm = new Storm(servers, ACCOUNTS)) {
            underLoad(storm, () -> {
                servers.warehouse().kill();
                servers.warehouse().restart();
                storm.awaitProgress(2);
                servers.killKafka();
                servers.startKafkaAgain();
                storm.awaitProgress(2);
                servers.source().kill();
                servers.source().restart();
                storm.awaitProgress(2);
            });
        }
    }

    /** What happens while all is at work. */
    @FunctionalInterface
    private interface Weather {
        void run() throws SQLException;
    }

    /** Load, pipeline and reader before the weather; the drain, the reader's judgement and the comparison after it. */
    private static void underLoad(Storm storm, Weather weather) throws SQLException {
        try (WarehouseReader reader = storm.startReader();
                Pipeline pipeline = storm.startPipeline(Map.of())) {
            try (StormLoad load = storm.startLoad(SEED)) {
                storm.awaitConsistent(PATIENCE);
                weather.run();
                load.stop();
            }
            storm.awaitCaughtUp(PATIENCE, () -> requireAlive(pipeline));
            reader.stop();

            assertThat(reader.violations()).isEmpty();
            assertThat(reader.looks()).isPositive();
            storm.assertEqual();
        }
    }

    private static void requireAlive(Pipeline pipeline) {
        pipeline.failure().ifPresent(failure -> {
            throw new AssertionError("the pipeline ended", failure);
        });
    }
}
