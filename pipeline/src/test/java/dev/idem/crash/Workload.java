package dev.idem.crash;

import dev.idem.change.TableId;
import dev.idem.change.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/**
 * What happens in each scenario; each round leaves things so that the next one can follow.
 *
 * <p>All that is waited for is waited for while the process is tended, so a blow may fall at any step.
 */
final class Workload {

    private static final String PURGED = "purged";
    private static final String PURGED_TARGET = "(select id from idem.target where source_table = '" + PURGED + "')";
    private static final int PARTITIONS = 2;
    private static final int LARGE_TRANSACTION_ROWS = 300;

    private final StruckPipeline pipeline;
    private int round;

    Workload(StruckPipeline pipeline) {
        this.pipeline = pipeline;
    }

    /** Tables with a key, without one, of an own type; with rows. */
    void createTables() throws SQLException {
        pipeline.atSource(
                "create table item (id int primary key, name text, body text, quantity int)",
                "alter table item alter column body set storage external",
                "create table heap (id int, note text)",
                "alter table heap replica identity full",
                "create table emptied (id int primary key, note text)",
                "create table purged (id int primary key, note text)",
                "create table narrow (id int primary key, n int)",
                "create table waiting (id int primary key, n int)",
                "create type mood as enum ('calm', 'glad')",
                "create table shape (id int primary key, n int, feels mood)",
                "insert into item select i, 'n' || i, repeat('b', 3000), i from generate_series(1, 40) i",
                "insert into heap select i, 'h' from generate_series(1, 20) i",
                "insert into narrow values (1, 1)",
                "insert into waiting values (1, 1)",
                "insert into shape select i, i, 'calm' from generate_series(1, 10) i");
    }

    /** What belongs to the scenario, to its end; the warehouse need not have caught up then. */
    void run(Scenario scenario) throws SQLException, IOException, InterruptedException, ExecutionException {
        round++;
        switch (scenario) {
            case FIRST, START, STREAM -> stream();
            case SCHEMA -> schema();
            case RESYNC -> resync();
            case REPLAY -> replay();
            case PURGE -> purge();
            case REFUSED -> refused();
            case PAUSED -> paused();
        }
    }

    private void stream() throws SQLException {
        int base = 1000 * round;
        pipeline.transaction(
                "insert into item select " + base + " + i, 'n', repeat('x', 3000), i from generate_series(1, 20) i",
                "insert into heap select " + base + " + i, 'h' from generate_series(1, 5) i");
        pipeline.transaction(
                "update item set name = name || '!' where id % 3 = 0",
                "update item set id = id + 500 where id between " + (base + 1) + " and " + (base + 5),
                "delete from item where id between " + (base + 6) + " and " + (base + 18),
                "update heap set note = note || '!' where id % 4 = 0",
                "delete from heap where id = " + (base + 1));
        pipeline.transaction(
                "insert into item select " + base + " + 600 + i, 'large', repeat('y', 1000), i from generate_series(1, "
                        + LARGE_TRANSACTION_ROWS + ") i",
                "delete from item where id > " + (base + 600));
        pipeline.transaction(
                "insert into emptied values (" + base + ", 'a')",
                "truncate emptied",
                "insert into emptied values (1, 'b')");
        pipeline.atSource("update item set body = repeat('z', 2500) where id < 4");
    }

    private void schema() throws SQLException {
        String table = "t" + round;
        pipeline.atSource(
                "alter table shape add column c" + round + " int default 7",
                "update shape set n = n + 1",
                "alter type mood add value 'm" + round + "'",
                "update shape set feels = 'm" + round + "' where id < 4");
        pipeline.transaction(
                "create table " + table + " (id int primary key, feels mood)",
                "insert into " + table + " select i, 'calm' from generate_series(1, 20) i");
        pipeline.atSource(
                "alter table shape alter column n type " + (round % 2 == 0 ? "int" : "bigint"),
                "insert into shape (id, n) values (" + (100 + round) + ", 1)",
                "alter table shape drop column c" + round,
                "update shape set n = n + 1");
        pipeline.atSource(
                "create schema s" + round,
                "create table s" + round
                        + ".made (id int primary key, n int, twice int generated always as (n * 2) stored)",
                "insert into s" + round + ".made (id, n) select i, i from generate_series(1, 5) i",
                "alter table " + table + " drop constraint " + table + "_pkey, add primary key (id, feels)",
                "insert into " + table + " values (1, 'glad')");
        pipeline.catchUp();
        pipeline.atSource(
                "alter table s" + round + ".made add column thrice int generated always as (n * 3) stored",
                "update s" + round + ".made set n = n + 1",
                "alter table " + table + " rename to u" + round,
                "insert into u" + round + " values (1000, 'glad')");
        pipeline.catchUp();
        pipeline.atSource("drop table u" + round);
    }

    private void resync() throws SQLException {
        String floor = floor("item");
        pipeline.awaitThat(
                "a resync is asked for", () -> isAccepted("resync", "{\"schema\": \"public\", \"table\": \"item\"}"));
        stream();
        pipeline.awaitThat("the table is read anew", () -> !floor("item").equals(floor));
    }

    private String floor(String table) {
        return pipeline.warehouse("select floor_lsn from idem.target where source_table = '" + table
                + "' and pipeline = '" + pipeline.name() + "'");
    }

    private void replay() throws SQLException {
        String last = "select coalesce(max(id), 0) from idem.replay where state = 'done'";
        String before = pipeline.warehouse(last);
        pipeline.awaitThat("a replay is asked for", () -> isAccepted("replays", "{\"from\": \"beginning\"}"));
        stream();
        pipeline.awaitThat("the replay is done", () -> !pipeline.warehouse(last).equals(before));
    }

    private boolean isAccepted(String action, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + pipeline.port() + "/api/v1/" + action))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "\"" + action + round + "\"")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 202;
    }

    private void purge() throws SQLException, ExecutionException, InterruptedException {
        pipeline.atSource(
                "insert into purged select i, 'p' from generate_series(1, 30) i", "delete from purged where id > 0");
        pipeline.catchUp();
        pipeline.awaitThat(
                "the deletes were looked at",
                () -> !pipeline.warehouse("select target from idem.tombstone_purge where below_epoch > 0 and target = "
                                + PURGED_TARGET)
                        .isEmpty());
        Map<TopicPartition, RecordsToDelete> forgotten = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) {
            forgotten.put(
                    new TopicPartition(new Topics(pipeline.name()).of(new TableId("public", PURGED)), i),
                    RecordsToDelete.beforeOffset(-1));
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
            admin.deleteRecords(forgotten).all().get();
        }
        pipeline.awaitThat("the deletes are forgotten", () -> {
            String id = pipeline.warehouse("select " + PURGED_TARGET);
            return pipeline.warehouse("select count(*) from idem.tombstone_" + id)
                    .equals("0");
        });
    }

    private void refused() throws SQLException {
        pipeline.atWarehouse("alter table narrow add constraint small check (n < 100) not valid");
        pipeline.transaction(
                "insert into narrow values (" + (1000 * round) + ", 500)",
                "insert into narrow values (" + (1000 * round + 1) + ", 5)");
        pipeline.awaitThat("the row is set aside", () -> letters() > 0);
        pipeline.atWarehouse(
                "alter table narrow drop constraint small", "update idem.dead_letter set retry_requested_at = now()");
        pipeline.awaitThat("the row is applied after the repair", () -> letters() == 0);
    }

    private long letters() {
        return Long.parseLong(pipeline.warehouse("select count(*) from idem.dead_letter"));
    }

    private void paused() throws SQLException {
        pipeline.atWarehouse("insert into idem.paused_table (pipeline, source_schema, source_table) values ('"
                + pipeline.name() + "', 'public', 'waiting')");
        pipeline.awaitThat("the table waits", () -> parked() > 0);
        pipeline.atSource("insert into waiting values (" + (1000 * round) + ", 1)", "update waiting set n = n + 1");
        pipeline.catchUp();
        pipeline.atWarehouse("delete from idem.paused_table", "update idem.parked set retry_at = now(), attempts = 0");
        pipeline.awaitThat("the table goes on", () -> parked() == 0);
    }

    private long parked() {
        return Long.parseLong(pipeline.warehouse("select count(*) from idem.parked"));
    }
}
