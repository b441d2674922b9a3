package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.change.TableId;
import dev.idem.control.DeadLetter;
import dev.idem.control.DeadLetterQueue;
import dev.idem.control.DeadLetterQueue.Selection;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that could not be applied are tried again on demand, and obey the guard then as ever. */
class DeadLettersIT extends PipelinePerTest {

    private static final TableId NOTES = new TableId("public", "notes");
    private DeadLetterQueue queue;

    @BeforeEach
    void startPipeline() throws SQLException {
        pipeline.source("create table notes (id int primary key, body text)", "insert into notes values (1, 'one')");
        pipeline.start();
        pipeline.catchUp();
        pipeline.warehouse("alter table notes add constraint low check (id < 100)");
        queue = new DeadLetterQueue(
                new Warehouse(
                        new WarehouseSettings(
                                servers.warehouse().jdbcUrl(pipeline.name()),
                                Map.of(
                                        "user", servers.warehouse().user(),
                                        "password", servers.warehouse().password())),
                        "test"),
                pipeline.name());
    }

    @Test
    void retried_after_the_repair_they_arrive_and_what_is_outdated_changes_nothing() throws SQLException {
        pipeline.source("insert into notes values (100, 'arrives'), (101, 'is deleted'), (102, 'first')");
        pipeline.source("update notes set id = 103 where id = 1");
        pipeline.catchUp();
        assertThat(queue.count(Selection.of(NOTES))).isEqualTo(5);
        pipeline.source("delete from notes where id = 101");
        pipeline.catchUp();
        pipeline.warehouse("alter table notes drop constraint low");
        pipeline.source("update notes set body = 'second' where id = 102");
        pipeline.catchUp();

        assertThat(queue.retry(Selection.of(NOTES))).isEqualTo(5);
        awaitNoneRequested();

        assertThat(queue.list(Selection.ALL, 10)).isEmpty();
        pipeline.assertEqualAndReplayable("notes");
    }

    @Test
    void what_is_refused_again_stays_and_the_others_go() throws SQLException {
        pipeline.source("insert into notes values (100, 'low enough now'), (200, 'still too high')");
        pipeline.catchUp();
        pipeline.warehouse(
                "alter table notes drop constraint low", "alter table notes add constraint low check (id < 200)");

        queue.retry(Selection.ALL);
        awaitNoneRequested();

        List<DeadLetter> left = queue.list(Selection.ALL, 10);
        assertThat(left).hasSize(1);
        assertThat(left.get(0).attempts()).isEqualTo(2);
        assertThat(left.get(0).reason()).contains("low").doesNotContain("still too high");
        assertThat(pipeline.warehouseValue("select string_agg(id::text, ',' order by id) from notes"))
                .isEqualTo("1,100");
        assertThat(queue.discard(Selection.of(left.get(0).id()))).isOne();
        assertThat(queue.count(Selection.ALL)).isZero();
    }

    @Test
    void letters_of_a_parked_table_wait_until_it_follows_again() throws SQLException {
        pipeline.source("insert into notes values (100, 'waits')");
        pipeline.catchUp();
        pipeline.warehouse("alter table notes drop constraint low", "alter table notes rename body to text");
        pipeline.source("insert into notes values (2, 'parks the table')");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> pipeline.warehouseValue("select count(*) from idem.parked")
                        .equals("1"));
        queue.retry(Selection.ALL);
        pipeline.warehouse("alter table notes rename text to body", "update idem.parked set retry_at = now()");
        awaitNoneRequested();

        assertThat(queue.count(Selection.ALL)).isZero();
        pipeline.assertEqualAndReplayable("notes");
    }

    @Test
    void an_event_that_the_log_no_longer_holds_stays_by_that_reason() throws Exception {
        pipeline.source("insert into notes values (100, 'is gone')");
        pipeline.catchUp();
        DeadLetter letter = queue.list(Selection.ALL, 1).get(0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
            TopicPartition partition = new TopicPartition(
                    letter.coordinates().topic(), letter.coordinates().partition());
            admin.deleteRecords(Map.of(
                            partition,
                            RecordsToDelete.beforeOffset(letter.coordinates().offset() + 1)))
                    .all()
                    .get();
        }
        queue.retry(Selection.of(letter.id()));
        awaitNoneRequested();

        assertThat(queue.list(Selection.ALL, 10))
                .singleElement()
                .extracting(DeadLetter::reason)
                .asString()
                .contains("no longer holds the event", "Remedy");
    }

    private void awaitNoneRequested() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> queue.list(Selection.ALL, 100).stream().noneMatch(DeadLetter::retryRequested));
    }
}
