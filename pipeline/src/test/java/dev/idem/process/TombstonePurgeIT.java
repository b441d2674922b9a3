package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.idem.apply.ReplayWriter;
import dev.idem.change.RereadRequest;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.control.ReplayCount;
import dev.idem.control.ReplayCursor;
import dev.idem.control.ReplayRecord;
import dev.idem.publish.LogSettings;
import dev.idem.publish.RereadTail;
import dev.idem.replay.LogPosition;
import dev.idem.replay.Replay;
import dev.idem.replay.ReplayProgress;
import dev.idem.replay.ReplayRequest;
import dev.idem.status.StatusText;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deletes are forgotten once the log cannot bring back what they deleted, and not before. */
class TombstonePurgeIT extends PipelinePerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> KEYED = List.of("gone", "part", "early", "paused", "asked", "replayed");
    private static final String ALL_DELETES = "20";

    @BeforeEach
    void deleteInEveryTable() throws SQLException {
        for (String table : KEYED) {
            pipeline.source("create table " + table + " (id int primary key, note text)");
        }
        pipeline.source(
                "create table heap (id int, note text)",
                "alter table heap replica identity full",
                "create table pile (v int)",
                "alter table pile replica identity full");
        pipeline.with("topic.partitions", "1").with("apply.tombstone-purge", "1s");
        pipeline.start();
        pipeline.catchUp();
        for (String table : KEYED) {
            insertAndDelete(table);
        }
        insertAndDelete("heap");
        pipeline.source(
                "insert into pile select 1 from generate_series(1, 40)",
                "delete from pile where ctid in (select ctid from pile limit 20)");
        pipeline.catchUp();
    }

    private void insertAndDelete(String table) throws SQLException {
        pipeline.source(
                "insert into " + table + " select i, 'n' from generate_series(1, 40) i",
                "delete from " + table + " where id > 20");
    }

    @Test
    void deletes_are_forgotten_behind_what_the_log_holds_and_nothing_comes_back() throws Exception {
        for (String table : List.of("gone", "part", "early", "paused", "asked", "replayed", "heap")) {
            awaitPass(table);
            assertThat(deletes(table))
                    .as("%s, of which the log holds everything", table)
                    .isEqualTo(ALL_DELETES);
        }
        assertThat(replayedChanges()).isZero();

        pipeline.source("alter table early rename to late", "insert into late values (50, 'n')");
        pipeline.warehouse("insert into idem.paused_table (pipeline, source_schema, source_table) values ('"
                + pipeline.name() + "', 'public', 'paused')");
        occupySlots();
        ask("asked");
        pipeline.catchUp();
        long replay = beginReplay("replayed");
        removeAll("gone", "heap", "late", "paused", "asked", "replayed");
        removeBefore("part", 30);
        removeBefore("pile", 40); // the rows' inserts, and not the deletes, which must not take other rows

        awaitDeletes("gone", "0");
        awaitDeletes("heap", "0");
        awaitWaiting("paused", "parked");
        awaitWaiting("asked", "read anew");
        awaitWaiting("replayed", "replay " + replay);
        for (String table : List.of("part", "pile", "late", "paused", "asked", "replayed")) {
            assertThat(deletes(table)).as("%s", table).isEqualTo(ALL_DELETES);
        }
        assertStatus();

        pipeline.stop();
        freeSlots();
        pipeline.start();
        try (ReplayWriter writer = pipeline.replayWriter()) {
            assertThat(writer.cancel(replay)).isTrue();
        }
        removeAll("early");
        awaitDeletes("late", "0");
        awaitDeletes("replayed", "0");
        awaitDeletes("asked", "0");
        pipeline.warehouse("delete from idem.paused_table", "update idem.parked set retry_at = now()");
        awaitDeletes("paused", "0");
        assertThat(deletes("part")).isEqualTo(ALL_DELETES);
        assertThat(deletes("pile")).isEqualTo(ALL_DELETES);

        assertThat(replayedChanges()).isZero();
        for (String table : List.of("gone", "part", "pile", "late", "paused", "asked", "replayed", "heap")) {
            pipeline.assertEqual(table);
        }
    }

    /** Until it was found out once how far the deletes of the table can be forgotten. */
    private void awaitPass(String table) {
        await().atMost(PATIENCE)
                .until(() -> !pipeline.warehouseValue(
                                "select purge.target from idem.tombstone_purge as purge join idem.target"
                                        + " as target on target.id = purge.target where below_epoch > 0 and source_table = '"
                                        + table + "'")
                        .isEmpty());
    }

    private void awaitDeletes(String table, String count) {
        await().alias("deletes of " + table)
                .atMost(PATIENCE)
                .until(() -> deletes(table).equals(count));
    }

    private void awaitWaiting(String table, String reason) {
        await().alias(table + " waits")
                .atMost(PATIENCE)
                .until(() -> pipeline.warehouseValue(
                                "select waits from idem.tombstone_purge as purge join idem.target as target"
                                        + " on target.id = purge.target where source_table = '" + table + "'")
                        .contains(reason));
    }

    private String deletes(String table) {
        String id = pipeline.warehouseValue("select id from idem.target where source_table = '" + table + "'");
        return id.isEmpty() ? "" : pipeline.warehouseValue("select count(*) from idem.tombstone_" + id);
    }

    private void assertStatus() {
        JsonNode status = pipeline.status();
        for (JsonNode table : status.path("tables")) {
            JsonNode tombstones = table.path("tombstones");
            if (table.path("table").asText().equals("gone")) {
                assertThat(tombstones.path("purged").asInt()).isEqualTo(20);
                assertThat(tombstones.path("below").asText()).startsWith("1/");
                assertThat(tombstones.has("waits")).isFalse();
            }
            if (table.path("table").asText().equals("paused")) {
                assertThat(tombstones.path("purged").asInt()).isZero();
                assertThat(tombstones.path("waits").asText()).contains("parked");
            }
        }
        assertThat(StatusText.lines(status)).anyMatch(line -> line.contains("40 purged"));
    }

    private long replayedChanges() {
        try (ReplayWriter writer = pipeline.replayWriter()) {
            ReplayProgress end = new Replay(pipeline.log(), writer, Clock.systemUTC(), progress -> {})
                    .run(new ReplayRequest(
                            new LogPosition.Beginning(), Optional.empty(), List.of(), OptionalLong.empty()));
            return end.changed();
        }
    }

    private long beginReplay(String table) {
        try (ReplayWriter writer = pipeline.replayWriter()) {
            return writer.register(new ReplayRecord(
                            0,
                            "from a test",
                            ReplayRecord.State.RUNNING,
                            1,
                            1,
                            1,
                            0,
                            ReplayCursor.at(0),
                            Map.of(new TableId("public", table), ReplayCount.NONE)))
                    .id();
        }
    }

    private void ask(String table) {
        RereadTail.ask(
                new LogSettings(
                        Map.of("bootstrap.servers", pipeline.bootstrapServers()),
                        Map.of(),
                        1,
                        (short) 1,
                        Duration.ofDays(1)),
                new Topics(pipeline.name()),
                List.of(new RereadRequest(new TableId("public", table), "asked by a test")));
    }

    /** No slot is left for a table to be read anew. */
    private void occupySlots() throws SQLException {
        pipeline.source("select pg_create_physical_replication_slot('occupied_' || i) from generate_series(1,"
                + " (select current_setting('max_replication_slots')::int - count(*) from pg_replication_slots)) i");
    }

    private void freeSlots() throws SQLException {
        pipeline.source("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                + " where slot_name like 'occupied%'");
    }

    /** Lets the log forget all that the topics hold, as retention does. */
    private void removeAll(String... tables) throws Exception {
        for (String table : tables) {
            removeBefore(table, -1);
        }
    }

    private void removeBefore(String table, long offset) throws Exception {
        Map<TopicPartition, RecordsToDelete> removed = new HashMap<>();
        removed.put(
                new TopicPartition(new Topics(pipeline.name()).of(new TableId("public", table)), 0),
                RecordsToDelete.beforeOffset(offset));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
            admin.deleteRecords(removed).all().get();
        }
    }
}
