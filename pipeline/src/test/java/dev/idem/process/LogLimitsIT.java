package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What persons and retention do to the log: the tables are right all the same, or the pipeline stops and says why. */
class LogLimitsIT extends PipelinePerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Topics topics;

    @BeforeEach
    void fillWarehouse() throws SQLException {
        topics = new Topics(pipeline.name());
        pipeline.with("topic.partitions", "1").with("source.heartbeat", "300ms");
        pipeline.source(
                "create table notes (id bigint primary key, body text)",
                "insert into notes values (1, 'one'), (2, 'two')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.stop();
    }

    @Test
    @DisplayName("trap 13: cuts that retention has removed before the sink read them stop it")
    void cuts_removed_before_they_were_read_stop_the_sink() throws Exception {
        captureRows("insert into notes values (3, 'three')");
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topics.progress(), 0), RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }

        assertThat(failureOf("sink"))
                .hasMessageContaining("no longer holds the position of this warehouse")
                .hasMessageContaining("start again from a snapshot")
                .extracting(PipelineException::kind)
                .isEqualTo(ErrorKind.LOG_INCOMPLETE);
    }

    @Test
    @DisplayName("a topic that is deleted and made again: its new events are not taken for those that were lost")
    void events_of_a_topic_made_again_are_not_taken_for_the_lost_ones() throws Exception {
        captureRows("insert into notes values (3, 'lost'), (4, 'lost')");
        delete(topics.of(new TableId("public", "notes")));
        captureRows("insert into notes select i, 'later' from generate_series(5, 40) i");

        assertThat(failureOf("sink"))
                .hasMessageContaining("start again from a snapshot")
                .extracting(PipelineException::kind)
                .isEqualTo(ErrorKind.LOG_INCOMPLETE);
        assertThat(pipeline.warehouseValue("select count(*) from notes where body = 'later'"))
                .isEqualTo("0");
    }

    @Test
    @DisplayName("the topic of the cuts is deleted under a sink: it says so")
    void topic_of_cuts_deleted_under_a_sink_is_told() throws Exception {
        Pipeline sink = pipeline.with("idem.role", "sink").start();
        pipeline.warehouseValue("select 1");
        await().atMost(PATIENCE).until(() -> sink.sink().orElseThrow().progress() != null);

        delete(topics.progress());

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(sink.sink().orElseThrow().failure())
                        .isNotNull()
                        .hasMessageContaining("topic " + topics.progress() + " does not exist any more"));
    }

    @Test
    @DisplayName("the topic of the definitions is deleted: the capture does not number them anew")
    void topic_of_definitions_deleted_stops_the_capture() throws Exception {
        delete(topics.schema());

        assertThat(failureOf("capture"))
                .hasMessageContaining("topic " + topics.schema() + " is missing")
                .extracting(PipelineException::kind)
                .isEqualTo(ErrorKind.LOG_UNFIT);
    }

    @Test
    @DisplayName("a log begun anew, grown beyond the warehouse's position, is not read on as if it were the old one")
    void log_begun_anew_is_not_taken_for_the_old_one() throws Exception {
        long cut = Long.parseLong(pipeline.warehouseValue("select cut from idem.progress"));
        pipeline.source("delete from notes where id = 1", "insert into notes values (3, 'three')");
        pipeline.deleteTopics();
        assertThat(failureOf("capture")).hasMessageContaining("the log has no progress record");
        pipeline.source("select pg_drop_replication_slot('idem_" + pipeline.name() + "')");
        for (long i = 0; i <= cut; i++) {
            captureRows("insert into notes values (" + (10 + i) + ", 'of the new log')");
        }

        assertThat(failureOf("sink"))
                .hasMessageContaining("the log is not the one that this warehouse was filled from")
                .extracting(PipelineException::kind)
                .isEqualTo(ErrorKind.LOG_INCOMPLETE);
        assertThat(pipeline.warehouseValue("select string_agg(id::text, ',' order by id) from notes"))
                .isEqualTo("1,2");
    }

    private PipelineException failureOf(String role) {
        Pipeline running = pipeline.with("idem.role", role).start();
        await().atMost(PATIENCE).until(() -> running.failure().isPresent());
        PipelineException failure = running.failure().orElseThrow();
        pipeline.stop();
        return failure;
    }

    /** Runs a capture alone until it has published this. */
    private void captureRows(String sql) throws SQLException {
        Pipeline capture = pipeline.with("idem.role", "capture").start();
        await().atMost(PATIENCE)
                .until(() -> pipeline.sourceValue(
                                "select count(*) from pg_replication_slots where active and slot_name = 'idem_"
                                        + pipeline.name() + "'")
                        .equals("1"));
        pipeline.source(sql);
        String head = pipeline.sourceValue("select pg_current_wal_insert_lsn()");
        await().atMost(PATIENCE)
                .until(() -> capture.captureStatus()
                        .orElseThrow()
                        .publishedLsn()
                        .filter(lsn -> lsn.compareTo(dev.idem.change.Lsn.parse(head)) >= 0)
                        .isPresent());
        pipeline.stop();
    }

    private void delete(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(Set.of(topic)).all().get();
            await().atMost(PATIENCE)
                    .until(() -> !admin.listTopics().names().get().contains(topic));
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()));
    }
}
