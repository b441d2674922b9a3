package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.capture.CaptureStatus;
import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Topics;
import dev.idem.error.PipelineException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ways to start again from a snapshot that docs/operations.md describes, step by step. */
class StartAgainIT extends PipelinePerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @BeforeEach
    void fillWarehouse() throws SQLException {
        pipeline.source(
                "create table notes (id bigint primary key, body text)",
                "create table remarks (body text)",
                "insert into notes values (1, 'one'), (2, 'two'), (3, 'three')",
                "insert into remarks values ('same'), ('same')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
    }

    @Test
    void a_new_epoch_brings_the_warehouse_to_the_source_without_emptying_it() throws SQLException {
        pipeline.source("delete from notes where id = 1", "update notes set body = 'zwei' where id = 2");
        dropSlot();

        assertThat(failureOf(pipeline.start())).hasMessageContaining("is missing");
        pipeline.stop();
        pipeline.with("source.on-new-history", "resync").start();
        pipeline.catchUp();

        assertThat(pipeline.warehouseValue("select epoch from idem.progress")).isEqualTo("2");
        assertEqual();
        pipeline.stop();
        pipeline.with("source.on-new-history", "stop").start();
        pipeline.source("insert into notes values (4, 'four')");
        pipeline.catchUp();
        assertEqual();
    }

    @Test
    void a_sink_whose_position_the_log_no_longer_holds_goes_on_at_the_new_snapshot() throws Exception {
        pipeline.with("idem.role", "capture");
        pipeline.source("insert into notes values (4, 'four')");
        captureUntilPublished();
        forget(new Topics(pipeline.name()).of(new dev.idem.change.TableId("public", "notes")));

        pipeline.with("idem.role", "all");
        assertThat(failureOf(pipeline.start())).hasMessageContaining("start again from a snapshot");
        pipeline.stop();
        dropSlot();
        pipeline.with("idem.role", "capture").with("source.on-new-history", "resync");
        captureUntilPublished();
        pipeline.with("idem.role", "all").with("source.on-new-history", "stop");
        ConsumerRecord<byte[], byte[]> started = lastSnapshotStarted();
        long number = new CutCodec().decode(started.value()).number();
        pipeline.warehouse("update idem.progress set log_offset = %d, cut = %d where pipeline = '%s'"
                .formatted(started.offset(), number - 1, pipeline.name()));
        pipeline.start();
        pipeline.catchUp();

        assertEqual();
    }

    @Test
    void everything_can_be_begun_anew() throws Exception {
        pipeline.source("delete from notes where id = 1");
        dropSlot();
        pipeline.deleteTopics();
        pipeline.warehouse("drop table notes, remarks", "drop schema idem cascade");

        pipeline.start();
        pipeline.catchUp();

        assertEqual();
    }

    @Test
    void a_primary_key_that_changed_while_the_pipeline_was_down_is_followed() throws SQLException {
        pipeline.source(
                "alter table notes drop constraint notes_pkey",
                "alter table notes add primary key (body)",
                "insert into notes values (4, 'four')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source("update notes set id = 40 where body = 'four'");
        pipeline.catchUp();

        assertEqual();
    }

    private void assertEqual() {
        pipeline.assertEqual("notes");
        pipeline.assertEqual("remarks");
    }

    private void dropSlot() throws SQLException {
        pipeline.source("select pg_drop_replication_slot('idem_%s')".formatted(pipeline.name()));
    }

    private static PipelineException failureOf(Pipeline running) {
        await().atMost(PATIENCE).until(() -> running.failure().isPresent());
        return running.failure().orElseThrow();
    }

    /** Runs a capture alone until it has published what the source holds now. */
    private void captureUntilPublished() {
        String head = pipeline.sourceValue("select pg_current_wal_insert_lsn()");
        Pipeline capture = pipeline.start();
        await().atMost(PATIENCE).until(() -> {
            pipeline.source("select pg_logical_emit_message(true, 'test', '')");
            CaptureStatus status = capture.captureStatus().orElseThrow();
            return status.state() == CaptureStatus.State.STREAMING
                    && status.publishedLsn().orElseThrow().compareTo(dev.idem.change.Lsn.parse(head)) >= 0;
        });
        pipeline.stop();
    }

    /** Lets the log forget what a topic holds, as retention does. */
    private static void forget(String topic) throws Exception {
        try (Admin admin = admin()) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                    .flatMap(description -> description.partitions().stream())
                    .forEach(partition -> all.put(
                            new TopicPartition(topic, partition.partition()), RecordsToDelete.beforeOffset(-1)));
            admin.deleteRecords(all).all().get();
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()));
    }

    private ConsumerRecord<byte[], byte[]> lastSnapshotStarted() {
        TopicPartition partition = new TopicPartition(new Topics(pipeline.name()).progress(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = Objects.requireNonNull(
                    consumer.endOffsets(List.of(partition)).get(partition));
            @Nullable ConsumerRecord<byte[], byte[]> found = null;
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    Cut cut = new CutCodec().decode(record.value());
                    found = cut.kind() == Cut.Kind.SNAPSHOT_STARTED ? record : found;
                }
            }
            return Objects.requireNonNull(found);
        }
    }
}
