package dev.idem.process;

import static dev.idem.process.ApiClient.assertProblem;
import static dev.idem.process.ApiClient.json;
import static dev.idem.process.ApiClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.apply.Sink;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The HTTP interface of a real pipeline: what it tells, what it does once and once only, and what it withstands. */
class HttpInterfaceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SHELF = "{\"schema\": \"public\", \"table\": \"shelf\"}";
    private static final String ORDERS = "{\"schema\": \"public\", \"table\": \"orders\"}";

    private static PipelineFixture.Servers servers;
    private static PipelineFixture pipeline;
    private static PipelineFixture.Watched watched;
    private static ApiClient api;

    @BeforeAll
    static void start() throws Exception {
        servers = PipelineFixture.Servers.start();
        pipeline = new PipelineFixture(servers).with("http.port", "0").with("source.heartbeat", "200ms");
        pipeline.source(
                "create table orders (id int primary key, status text)",
                "insert into orders select i, 'secret-value' from generate_series(1, 100) i",
                "create table items (id int primary key, name text)",
                "create table shelf (id int primary key, name text)",
                "insert into shelf select i, 'secret-value' from generate_series(1, 12) i");
        watched = pipeline.startWatched();
        api = new ApiClient(watched.port());
        pipeline.catchUp();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> watched.status().isConsistent());
    }

    @AfterAll
    static void stop() {
        watched.close();
        pipeline.close();
        servers.close();
    }

    @Test
    void status_tells_every_position_and_the_tables_and_no_values() throws Exception {
        pipeline.source("insert into items values (1, 'secret-value')");
        pipeline.catchUp();

        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode status = json(api.get("/api/v1/status"));
            assertThat(status.path("origin").asText()).isEqualTo("process");
            assertThat(status.path("capture").path("state").asText()).isEqualTo("STREAMING");
            assertThat(status.path("positions").findValuesAsText("stage"))
                    .containsExactly("head", "captured", "published", "applied", "confirmed");
            assertThat(status.path("lag").path("seconds").asDouble(-1)).isBetween(0.0, 30.0);
            assertThat(status.path("slot").path("walStatus").asText()).isEqualTo("reserved");
            assertThat(status.path("tables").findValuesAsText("table")).containsExactly("items", "orders", "shelf");
            assertThat(status.path("tables").path(0).path("written").asLong()).isPositive();
        });
        for (String path : List.of("/api/v1/status", "/api/v1/tables", "/api/v1/dead-letters", "/metrics")) {
            assertThat(api.get(path).statusCode()).isEqualTo(200);
            assertThat(api.get(path).body())
                    .doesNotContain("secret-value")
                    .doesNotContain(servers.source().password());
        }
    }

    @Test
    void command_asks_the_process_and_without_one_the_servers() throws Exception {
        pipeline.catchUp();
        pipeline.with("http.port", String.valueOf(watched.port()));
        assertThat(pipeline.status().path("origin").asText()).isEqualTo("process");

        pipeline.with("http.port", "off");
        JsonNode status = pipeline.status();
        assertThat(status.path("origin").asText()).isEqualTo("servers");
        assertThat(status.path("positions").findValuesAsText("stage"))
                .containsExactly("head", "captured", "published", "applied", "confirmed");
        assertThat(status.path("consistent").asBoolean()).isTrue();
        assertThat(status.path("warnings")).isEmpty();
    }

    @Test
    void metrics_hold_positions_rows_batches_clients_and_the_jvm() throws Exception {
        pipeline.source("update orders set status = 'x' where id = 1");
        pipeline.catchUp();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(api.get("/metrics").body())
                        .containsPattern("(?m)^idem_position_behind_bytes\\{.*stage=\"applied\"} [0-9.E]+$")
                        .containsPattern("(?m)^idem_lag_seconds\\{.*} [0-9.E-]+$")
                        .containsPattern(
                                "(?m)^idem_table_rows_total\\{outcome=\"written\",.*table=\"orders\"} [1-9].*$")
                        .containsPattern("(?m)^idem_state\\{part=\"sink\",.*state=\"running\"} 1.0$")
                        .containsPattern("(?m)^idem_batch_seconds_count\\{.*} [1-9].*$")
                        .containsPattern("(?m)^idem_slot_retained_bytes\\{.*} [0-9.E]+$")
                        .containsPattern("(?m)^kafka_producer_record_send\\{.*} [0-9.E]+$")
                        .containsPattern("(?m)^kafka_consumer_records_consumed\\{.*} [0-9.E]+$")
                        .contains("jvm_memory_used_bytes"));
    }

    @Test
    void comparison_is_made_once_and_its_result_is_shown_without_keys_or_values() throws Exception {
        pipeline.source("insert into items select i, 'secret-value' from generate_series(9001, 9010) i");
        pipeline.catchUp();
        pipeline.warehouse("update items set name = 'secret-other' where id = 9003");
        String items = "{\"schema\": \"public\", \"table\": \"items\", \"repair\": true}";
        HttpResponse<String> first = api.post("/api/v1/verifications", "v1", items);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(api.post("/api/v1/verifications", "v1", items).body()).isEqualTo(first.body());

        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode all = json(api.get("/api/v1/verifications"));
            assertThat(all).hasSize(1);
            JsonNode found = all.path(0);
            assertThat(found.path("table").asText()).isEqualTo("items");
            assertThat(found.path("result").asText()).isEqualTo("repaired");
            assertThat(found.path("differing").asLong()).isEqualTo(1);
            assertThat(found.path("repaired").asLong()).isEqualTo(1);
            assertThat(found.path("differingColumns").path(0).asText()).isEqualTo("name");
        });
        pipeline.assertEqual("items");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(json(api.get("/api/v1/tables"))
                                .path(0)
                                .path("verification")
                                .path("result")
                                .asText())
                        .isEqualTo("repaired"));
        assertThat(api.get("/metrics").body())
                .containsPattern("(?m)^idem_table_differences\\{.*table=\"items\"} 0.0$")
                .containsPattern("(?m)^idem_table_verified_seconds\\{.*table=\"items\"} [1-9].*$");
        assertThat(api.get("/api/v1/verifications").body())
                .doesNotContain("secret")
                .doesNotContain("9003");
        assertThat(api.post("/api/v1/verifications", "v2", "{\"repair\": 1}").statusCode())
                .isEqualTo(400);
        assertThat(api.post("/api/v1/pause", "v3", "{\"repair\": true}").statusCode())
                .isEqualTo(400);
        assertThat(api.post("/api/v1/verifications", "v4", "{\"schema\": \"public\", \"table\": \"nowhere\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.get("/api/v1/verifications?limit=none").statusCode()).isEqualTo(400);
    }

    @Test
    void replay_is_made_once_for_ten_requests_and_goes_on_where_its_session_was_killed() throws Exception {
        pipeline.catchUp();
        pipeline.warehouse("update shelf set name = 'secret-other', _idem_lsn = '0/1' where id = 3");
        int dry = replay(api.post("/api/v1/replays", "x1", shelf("\"dryRun\": true")));
        JsonNode rehearsed = awaitEnd(dry);
        assertThat(rehearsed.path("dryRun").asBoolean()).isTrue();
        assertThat(rehearsed.path("changed").asLong()).isEqualTo(1);
        assertThat(pipeline.warehouseValue("select name from shelf where id = 3"))
                .isEqualTo("secret-other");

        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(api.send("/api/v1/replays", "\"x2\"", shelf("\"rate\": 4")));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get().statusCode()).isIn(202, 409);
        }
        int id = replay(api.post("/api/v1/replays", "x2", shelf("\"rate\": 4")));
        assertThat(pipeline.warehouseValue("select last_value from idem.replay_id_seq"))
                .as("replays ever begun")
                .isEqualTo(String.valueOf(id))
                .isEqualTo(String.valueOf(dry + 1));
        assertProblem(api.post("/api/v1/replays", "x3", shelf("\"rate\": 5")), 409, "one replay of a table at a time");
        assertProblem(api.post("/api/v1/replays", "x2", shelf("\"rate\": 5")), 422, "another request");

        await().atMost(PATIENCE)
                .until(() -> json(api.get("/api/v1/replays/" + id)).path("seen").asLong() > 1);
        pipeline.warehouse("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idem "
                + pipeline.name() + " replay'");
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(api.post("/api/v1/resume", UUID.randomUUID().toString(), "{}")
                            .statusCode())
                    .as("any order wakes up what carries them out")
                    .isEqualTo(202);
            assertThat(json(api.get("/api/v1/replays/" + id)).path("state").asText())
                    .isEqualTo("done");
        });
        JsonNode done = awaitEnd(id);
        assertThat(done.path("seen").asLong())
                .as("each event once")
                .isEqualTo(rehearsed.path("seen").asLong())
                .isGreaterThan(11);
        assertThat(done.path("changed").asLong()).isEqualTo(1);
        pipeline.assertEqual("shelf");
        assertThat(json(api.get("/api/v1/replays")).findValuesAsText("replay"))
                .containsSubsequence(String.valueOf(id), String.valueOf(dry));
        assertThat(api.get("/api/v1/replays").body()).doesNotContain("secret");
        assertThat(api.post("/api/v1/replays/" + id + "/cancel", "x4", "").statusCode())
                .isEqualTo(409);
    }

    @Test
    void replay_is_cancelled_and_what_cannot_be_replayed_gets_a_problem() throws Exception {
        pipeline.catchUp();
        String orders = "{\"from\": \"beginning\", \"tables\": [" + ORDERS + "], \"rate\": 1}";
        int id = replay(api.post("/api/v1/replays", "y1", orders));
        assertThat(api.post("/api/v1/replays/" + id + "/cancel", "y2", "").statusCode())
                .isEqualTo(202);
        assertThat(awaitEnd(id).path("state").asText()).isEqualTo("cancelled");

        assertProblem(api.post("/api/v1/replays", "z1", "{}"), 400, "from");
        assertProblem(api.post("/api/v1/replays", "z1", "{\"from\": \"yesterday\"}"), 400, "lsn:0/16B3748");
        assertProblem(api.post("/api/v1/replays", "z1", "{\"from\": \"beginning\", \"rate\": 0}"), 400, "rate");
        assertProblem(api.post("/api/v1/replays", "z1", "{\"from\": \"beginning\", \"tables\": [{}]}"), 400, "tables");
        assertProblem(
                api.post("/api/v1/replays", "z2", "{\"from\": \"time:2999-01-01T00:00:00Z\"}"), 400, "in the future");
        assertProblem(
                api.post(
                        "/api/v1/replays",
                        "z3",
                        "{\"from\": \"beginning\", \"tables\": [{\"schema\": \"public\", \"table\": \"nope\"}]}"),
                404,
                "public.nope");
        assertProblem(api.get("/api/v1/replays/999999"), 404, "no such replay");
        assertProblem(api.get("/api/v1/replays/x"), 404, "no such replay");
        assertProblem(api.post("/api/v1/replays/999999/cancel", "z4", ""), 404, "no such replay");
        pipeline.assertEqual("orders");
    }

    @Test
    void saved_offsets_are_listed_and_found_by_position() throws Exception {
        pipeline.catchUp();
        JsonNode offsets = json(api.get("/api/v1/offsets?limit=2"));
        assertThat(offsets.path("cuts")).hasSize(2);
        JsonNode youngest = offsets.path("cuts").path(1);
        assertThat(youngest.path("cut").asLong())
                .isEqualTo(offsets.path("cuts").path(0).path("cut").asLong() + 1);
        assertThat(youngest.path("kind").asText()).isEqualTo("stream");
        assertThat(offsets.path("warehouse").path("commitLsn").asText()).isNotEmpty();
        assertThat(offsets.path("tables").findValuesAsText("table")).contains("orders", "shelf");
        assertThat(offsets.path("tables").path(0).path("wholeFromCut").asLong()).isEqualTo(1);
        assertThat(offsets.path("tables").path(0).path("partitions")).isNotEmpty();

        for (String at : List.of(
                "cut:" + youngest.path("cut").asLong(),
                "lsn:" + youngest.path("commitLsn").asText(),
                "time:" + youngest.path("committedAt").asText())) {
            JsonNode found = json(api.get("/api/v1/offsets?at=" + at)).path("cuts");
            assertThat(found).as(at).hasSize(1);
            assertThat(found.path(0).path("commitLsn").asText())
                    .as(at)
                    .isEqualTo(youngest.path("commitLsn").asText());
        }
        JsonNode beginning = json(api.get("/api/v1/offsets?at=beginning")).path("cuts");
        assertThat(beginning.path(0).path("cut").asLong()).isEqualTo(1);
        assertProblem(api.get("/api/v1/offsets?at=yesterday"), 400, "lsn:0/16B3748");
        assertProblem(api.get("/api/v1/offsets?at=time:2999-01-01T00:00:00Z"), 400, "in the future");
        assertProblem(api.get("/api/v1/offsets?limit=0"), 400, "limit");
        assertThat(api.get("/api/v1/offsets").body()).doesNotContain("secret");
    }

    @Test
    void dead_letters_are_tried_again_and_forgotten_once_when_asked_for() throws Exception {
        pipeline.warehouse("alter table shelf add constraint refused check (id not in (77, 78))");
        pipeline.source("insert into shelf values (77, 'secret-value'), (78, 'secret-value')");
        pipeline.catchUp();
        JsonNode letters = json(api.get("/api/v1/dead-letters"));
        assertThat(letters.findValuesAsText("table")).containsExactly("shelf", "shelf");
        assertThat(letters.path(0).path("retryRequested").asBoolean()).isFalse();
        assertThat(letters.toString()).doesNotContain("secret-value");
        String first = "{\"id\": " + letters.path(1).path("id").asLong() + '}';

        pipeline.warehouse("alter table shelf drop constraint refused");
        HttpResponse<String> asked = api.post("/api/v1/dead-letters/retry", "d1", first);
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
        await().atMost(PATIENCE)
                .until(() -> pipeline.warehouseValue("select string_agg(id::text, ' ') from shelf where id > 70")
                        .equals("77"));
        assertThat(api.post("/api/v1/dead-letters/retry", "d1", first).body()).isEqualTo(asked.body());

        HttpResponse<String> discarded = api.post("/api/v1/dead-letters/discard", "d2", SHELF);
        assertThat(json(discarded).path("deadLetters").asInt()).isEqualTo(1);
        assertThat(api.post("/api/v1/dead-letters/discard", "d2", SHELF).body()).isEqualTo(discarded.body());
        assertThat(json(api.get("/api/v1/dead-letters"))).isEmpty();
        assertProblem(api.post("/api/v1/dead-letters/discard", "d3", SHELF), 404, "no such dead letter");
        assertProblem(api.post("/api/v1/dead-letters/discard", "d4", "{}"), 400, "names no dead letters");
        assertProblem(api.post("/api/v1/dead-letters/discard", "d4", "{\"all\": false}"), 400, "names no dead letters");
        pipeline.source("delete from shelf where id > 70");
        pipeline.catchUp();
        pipeline.assertEqual("shelf");
    }

    private static String shelf(String more) {
        return "{\"from\": \"beginning\", \"tables\": [" + SHELF + "], " + more + "}";
    }

    private static int replay(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer).path("replay").asInt();
    }

    private JsonNode awaitEnd(int replay) {
        return await().atMost(PATIENCE)
                .until(
                        () -> json(api.get("/api/v1/replays/" + replay)),
                        found -> !found.path("state").asText().equals("running"));
    }

    @Test
    void health_is_up() throws Exception {
        for (String path : List.of("/health", "/health/live", "/health/ready")) {
            HttpResponse<String> answer = api.get(path);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(json(answer).path("status").asText()).isEqualTo("UP");
        }
    }

    @Test
    void page_needs_nothing_from_elsewhere_and_its_stream_goes_on() throws Exception {
        HttpResponse<String> page = api.get("/");
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'");
        assertThat(api.get("/page.js").headers().firstValue("content-type")).contains("text/javascript; charset=utf-8");
        assertThat(api.get("/page.css").statusCode()).isEqualTo(200);
        assertThat(page.body() + api.get("/page.css").body())
                .doesNotContain("http://")
                .doesNotContain("https://");

        HttpResponse<InputStream> stream = api.stream("/api/v1/events");
        List<String> events = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            while (events.stream().filter("status"::equals).count() < 3) {
                String line = reader.readLine();
                if (line.startsWith("event:")) {
                    events.add(line.substring(6).strip());
                }
            }
        }
        assertThat(events.get(0)).isEqualTo("history");
        assertThat(events).contains("point");
    }

    @Test
    void paused_sink_applies_nothing_and_goes_on_with_all() throws Exception {
        assertThat(api.post("/api/v1/pause", "p1", "{}").statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> pipeline.sinkState() == Sink.State.PAUSED);
        pipeline.source("insert into orders values (500, 'waits')");
        await().atMost(PATIENCE)
                .until(() -> watched.status().warnings().stream()
                        .anyMatch(warning -> warning.subject().equals("paused")));
        assertThat(pipeline.warehouseValue("select count(*) from orders where id = 500"))
                .isEqualTo("0");

        assertThat(api.post("/api/v1/resume", "p2", "{}").statusCode()).isEqualTo(202);
        pipeline.catchUp();
        pipeline.assertEqual("orders");
    }

    @Test
    void paused_table_waits_while_the_others_go_on() throws Exception {
        assertThat(api.post("/api/v1/pause", "t1", ORDERS).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE)
                .until(() -> watched.status().tables().stream()
                        .anyMatch(table ->
                                table.state().equals("paused") && table.reason().isPresent()));
        pipeline.source("insert into orders values (600, 'waits')", "insert into items values (600, 'goes on')");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select count(*) from orders where id = 600"))
                .isEqualTo("0");
        assertThat(pipeline.warehouseValue("select count(*) from items where id = 600"))
                .isEqualTo("1");
        assertThat(pipeline.warehouseValue("select retry_at from idem.parked")).isEqualTo("infinity");

        assertThat(api.post("/api/v1/resume", "t2", ORDERS).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE)
                .until(() -> pipeline.warehouseValue("select count(*) from idem.parked")
                        .equals("0"));
        pipeline.catchUp();
        pipeline.assertEqual("orders");
        assertThat(api.post("/api/v1/resume", "t3", ORDERS).statusCode()).isEqualTo(409);
    }

    @Test
    void resync_repairs_a_row_that_was_broken_by_hand_and_is_ordered_once_for_ten_requests() throws Exception {
        pipeline.warehouse("update orders set status = 'broken' where id = 7", "delete from orders where id = 8");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(api.send("/api/v1/resync", "\"r1\"", ORDERS));
        }
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        HttpResponse<String> again = api.post("/api/v1/resync", "r1", ORDERS);

        assertThat(statuses).allMatch(status -> status == 202 || status == 409).contains(202);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.headers().firstValue("idempotency-replayed")).contains("true");
        assertThat(pipeline.warehouseValue("select count(*) from idem.request where idempotency_key = 'r1'"))
                .isEqualTo("1");
        assertThat(pipeline.warehouseValue("select last_value from idem.resync_order_id_seq"))
                .as("orders ever taken")
                .isEqualTo("1");
        await().atMost(PATIENCE).untilAsserted(() -> pipeline.assertEqual("orders"));
    }

    @Test
    void bad_requests_get_a_problem_each() throws Exception {
        assertProblem(api.postAs("/api/v1/pause", "", "{}"), 400, "Idempotency-Key");
        assertProblem(api.post("/api/v1/pause", "b1", "{"), 400, "no JSON");
        assertProblem(api.post("/api/v1/pause", "b1", "[]"), 400, "no JSON object");
        assertProblem(api.post("/api/v1/pause", "b1", "{\"tables\": []}"), 400, "not known");
        assertProblem(api.post("/api/v1/resync", "b1", "{}"), 400, "names no table");
        assertProblem(
                api.post("/api/v1/resync", "b2", "{\"schema\": \"public\", \"table\": \"nope\"}"), 404, "public.nope");
        assertProblem(api.post("/api/v1/resync", "b2", ORDERS), 422, "another request");
        assertProblem(api.get("/api/v1/nope"), 404, "no such resource");
        assertProblem(api.postAs("/api/v1/status", "\"b3\"", "{}"), 405, "method");
        assertProblem(api.get("/api/v1/dead-letters?limit=100000"), 400, "limit");
        assertProblem(api.post("/api/v1/pause", "b4", " ".repeat(100_000) + "{}"), 413, "too large");
        assertThat(pipeline.sinkState()).isEqualTo(Sink.State.RUNNING);
    }

    @Test
    void request_that_is_running_is_answered_with_409() throws Exception {
        try (Connection connection = pipeline.warehouseConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_advisory_lock(hashtextextended('idem request " + pipeline.name() + " l1', 0))");
            assertProblem(api.post("/api/v1/resume", "l1", "{}"), 409, "at this moment");
        }
        await().atMost(PATIENCE)
                .until(() -> api.post("/api/v1/resume", "l1", "{}").statusCode() == 202);
    }

    @Test
    void pages_of_other_sites_and_rebound_names_are_refused() throws Exception {
        assertThat(api.raw(request(
                        "POST /api/v1/pause HTTP/1.1",
                        "Host: evil.example",
                        "Idempotency-Key: \"h\"",
                        "Content-Length: 0",
                        "Connection: close")))
                .startsWith("HTTP/1.1 403");
        assertThat(api.raw("GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(api.raw("POST /api/v1/pause HTTP/1.1\r\nHost: 127.0.0.1:" + watched.port()
                        + "\r\nOrigin: http://evil.example\r\nIdempotency-Key: \"h\"\r\nContent-Length: 0\r\n"
                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(pipeline.sinkState()).isEqualTo(Sink.State.RUNNING);
    }

    @Test
    void large_bodies_and_a_thousand_silent_connections_harm_nobody() throws Exception {
        assertThat(api.raw(request(
                        "POST /api/v1/pause HTTP/1.1",
                        "Host: localhost",
                        "Idempotency-Key: \"x\"",
                        "Content-Type: application/json",
                        "Content-Length: 10485760",
                        "Connection: close")))
                .startsWith("HTTP/1.1 413");
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 950; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), watched.port());
                socket.getOutputStream().write("POST /api/v1/pause HT".getBytes(StandardCharsets.US_ASCII));
                silent.add(socket);
            }
            assertThat(api.get("/health/live").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        pipeline.source("update orders set status = 'after' where id = 2");
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select status from orders where id = 2"))
                .isEqualTo("after");
    }
}
