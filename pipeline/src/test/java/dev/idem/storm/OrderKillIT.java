package dev.idem.storm;

import static dev.idem.process.ApiClient.assertProblem;
import static dev.idem.process.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.process.ApiClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Replays and rebuilds that were asked for over HTTP, of a process that is killed within them. */
class OrderKillIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int ACCOUNTS = 500;
    private static final String REPLAYS = "/api/v1/replays";
    private static final String REBUILDS = "/api/v1/rebuilds";
    private static final String BOTH = "{\"tables\": [{\"schema\": \"public\", \"table\": \"pgbench_branches\"},"
            + " {\"schema\": \"public\", \"table\": \"pgbench_accounts\"}]}";

    @Test
    void process_killed_within_a_replay_and_a_rebuild_finishes_both_and_the_same_request_starts_nothing()
            throws Exception {
        int port = freePort();
        try (StormServers servers = StormServers.start();
                Storm storm = new Storm(servers, ACCOUNTS).with("http.port", String.valueOf(port))) {
            ApiClient api = new ApiClient(port);
            IdemProcess idem = storm.startIdem();
            try {
                storm.awaitConsistent(PATIENCE);
                try (StormLoad load = storm.startLoad(1)) {
                    storm.awaitProgress(5);
                    load.stop();
                }
                storm.awaitCaughtUp(
                        PATIENCE,
                        () -> assertThat(idem.isAlive()).as(idem.tail()).isTrue());
                storm.warehouse("delete from pgbench_accounts where aid % 7 = 0");
                String replay = post(api, REPLAYS, "back", "{\"from\": \"beginning\", \"rate\": 2000}");
                await().atMost(PATIENCE)
                        .until(() -> !storm.warehouseValue("select 1 from idem.replay where seen > 0")
                                .isEmpty());
                idem.kill();

                assertThat(storm.warehouseValue("select state from idem.replay"))
                        .as("it was killed too late")
                        .isEqualTo("running");
                rebuildKilledInTheMiddle(storm, api, replay);
            } finally {
                idem.close();
            }
        }
    }

    /** Finishes the replay that was killed, and then has a rebuild killed. */
    private static void rebuildKilledInTheMiddle(Storm storm, ApiClient api, String replay) throws Exception {
        String rebuild;
        String first;
        try (IdemProcess idem = storm.startIdem("again", Map.of())) {
            awaitListening(api);
            assertThat(post(api, REPLAYS, "back", "{\"from\": \"beginning\", \"rate\": 2000}"))
                    .isEqualTo(replay);
            awaitState(storm, "idem.replay", "done");
            assertThat(storm.warehouseValue("select sum(seen) from idem.replay_table"))
                    .as("each event once")
                    .isEqualTo(storm.warehouseValue("select events from idem.progress"));
            storm.assertEqual();

            storm.warehouse(
                    "update pgbench_branches set bbalance = -1",
                    "update pgbench_accounts set abalance = -1 where aid % 5 = 0",
                    "delete from pgbench_accounts where aid % 7 = 0");
            try (Connection warehouse = storm.connectWarehouse();
                    Statement holding = warehouse.createStatement()) {
                warehouse.setAutoCommit(false);
                holding.execute("lock table pgbench_accounts in share mode");
                rebuild = post(api, REBUILDS, "afresh", BOTH);
                await().atMost(PATIENCE)
                        .until(() -> !storm.warehouseValue(
                                        "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                                + " and application_name like '% rebuild'")
                                .isEmpty());
                idem.kill();
                warehouse.rollback();
            }
            first = storm.warehouseValue(rebuilt("pgbench_branches"));
            assertThat(first).as("the first table is done").isNotEmpty();
            assertThat(storm.warehouseValue(rebuilt("pgbench_accounts")))
                    .as("the second is not")
                    .isEmpty();
        }
        endOfTheRebuild(storm, api, rebuild, first);
    }

    private static void endOfTheRebuild(Storm storm, ApiClient api, String rebuild, String first) throws Exception {
        try (IdemProcess idem = storm.startIdem("last", Map.of())) {
            awaitListening(api);
            assertThat(post(api, REBUILDS, "afresh", BOTH)).isEqualTo(rebuild);
            awaitState(storm, "idem.rebuild", "done");
            assertThat(post(api, REBUILDS, "afresh", BOTH)).isEqualTo(rebuild);
            assertThat(storm.warehouseValue("select count(*) from idem.rebuild"))
                    .as("rebuilds ever begun")
                    .isEqualTo("1");
            assertThat(storm.warehouseValue(rebuilt("pgbench_branches")))
                    .as("the first table was not rebuilt again")
                    .isEqualTo(first);
            assertThat(
                            storm.warehouseValue(
                                    "select differing > 0 and missing > 0 from idem.rebuild_table where source_table = 'pgbench_accounts'"))
                    .isEqualTo("t");
            storm.assertEqual();
            assertThat(idem.isAlive()).as(idem.tail()).isTrue();
            refusals(storm, api);
            byCommand(storm);
        }
    }

    private static void refusals(Storm storm, ApiClient api) throws Exception {
        assertProblem(api.post(REBUILDS, "afresh", "{\"tables\": []}"), 400, "tables");
        assertProblem(api.post(REBUILDS, "r1", "{}"), 400, "names no tables");
        assertProblem(api.post(REBUILDS, "afresh", BOTH.replace("]}", "], \"dryRun\": true}")), 422, "another request");
        assertProblem(api.post(REBUILDS, "r2", BOTH.replace("pgbench_branches", "nope")), 404, "public.nope");
        assertProblem(api.get(REBUILDS + "/999"), 404, "no such rebuild");
        assertProblem(api.post(REBUILDS + "/1/cancel", "r3", ""), 409, "at its end");

        try (Connection warehouse = storm.connectWarehouse();
                Statement holding = warehouse.createStatement()) {
            warehouse.setAutoCommit(false);
            holding.execute("update pgbench_branches set bbalance = bbalance - 1");
            holding.execute("lock table pgbench_branches in share row exclusive mode");
            long id = json(api.post(REBUILDS, "r4", BOTH)).path("rebuild").asLong();
            assertProblem(api.post(REBUILDS, "r5", BOTH), 409, "one rebuild of a table at a time");
            assertThat(api.post(REBUILDS + "/" + id + "/cancel", "r6", "").statusCode())
                    .isEqualTo(202);
            warehouse.commit();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(json(api.get(REBUILDS + "/" + id))
                                    .path("state")
                                    .asText())
                            .isEqualTo("cancelled"));
        }
    }

    /** What was given up has changed nothing, and the command has the running process do it. */
    private static void byCommand(Storm storm) throws Exception {
        try (IdemProcess command = storm.startCommand("rebuild", "--tables", "public.pgbench_branches")) {
            assertThat(command.awaitEnd(PATIENCE)).as(command.tail()).isTrue();
            assertThat(command.exitCode()).as(command.tail()).isZero();
            assertThat(command.tail()).contains("public.pgbench_branches: rebuilt from cuts 1 to ");
        }
        assertThat(storm.warehouseValue("select string_agg(state, ' ' order by id) from idem.rebuild"))
                .isEqualTo("done cancelled done");
        assertThat(
                        storm.warehouseValue(
                                "select differing > 0 from idem.rebuild_table where rebuild = (select max(id) from idem.rebuild)"))
                .as("what was spoilt while the one before it was given up")
                .isEqualTo("t");
        storm.assertEqual();
    }

    private static String rebuilt(String table) {
        return "select xmin from idem.rebuild_table where to_cut is not null and source_table = '" + table + "'";
    }

    private static String post(ApiClient api, String path, String key, String body) throws Exception {
        HttpResponse<String> answer = api.post(path, key, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer.body();
    }

    private static void awaitListening(ApiClient api) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> api.get("/api/v1/replays").statusCode() == 200);
    }

    private static void awaitState(Storm storm, String table, String state) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(storm.warehouseValue("select string_agg(state, ' ') from " + table))
                        .isEqualTo(state));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
