package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.idem.change.Cut;
import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import dev.idem.testing.TestDirectory;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class CaptureIT {

    private static final Path DATA = TestDirectory.create("capture");
    private static final TestKafka KAFKA = TestKafka.start();
    private static final TestPostgres SOURCE = TestPostgres.start();

    @AfterAll
    static void stopServers() {
        SOURCE.close();
        KAFKA.close();
        TestDirectory.delete(DATA);
    }

    @Test
    void snapshot_and_then_changes_come_in_the_order_of_the_commits() throws Exception {
        SOURCE.execute(
                "create table a (id int primary key, v text)",
                "create table empty (id int primary key)",
                "insert into a select i, 'row ' || i from generate_series(1, 1000) i");
        TestLog log = new TestLog(KAFKA.bootstrapServers(), "first");
        try (Capture capture = new Capture(settings("first"))) {
            capture.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> capture.status().state() == CaptureStatus.State.STREAMING);
            SOURCE.execute(
                    "insert into a values (2001, 'new')",
                    "update a set v = 'changed' where id = 1",
                    "update a set id = 3000 where id = 2",
                    "delete from a where id = 3",
                    "truncate empty");
            await().atMost(Duration.ofSeconds(30)).until(() -> capture.status().events() == 1006);
        }

        List<Cut> cuts = log.cuts();
        assertThat(cuts).extracting(Cut::number).isSorted().startsWith(1L);
        assertThat(cuts.get(0).kind()).isEqualTo(Cut.Kind.SNAPSHOT_STARTED);
        assertThat(cuts.stream().filter(cut -> cut.kind() == Cut.Kind.SNAPSHOT_COMPLETED))
                .singleElement()
                .satisfies(cut -> assertThat(cut.tables())
                        .extracting(table -> table.table() + "=" + table.rows())
                        .containsExactly("public.a=1000", "public.empty=0"));
        assertThat(cuts.stream().mapToLong(Cut::events).sum()).isEqualTo(1006);
        List<TestLog.Event> stream = log.events().stream()
                .filter(event -> event.parsedVersion().ordinal() > 0)
                .toList();
        assertThat(stream)
                .extracting(TestLog.Event::operation, TestLog.Event::key, TestLog.Event::movedFrom)
                .containsExactly(
                        tuple("c", "{\"id\":2001}", null),
                        tuple("u", "{\"id\":1}", null),
                        tuple("d", "{\"id\":2}", null),
                        tuple("c", "{\"id\":3000}", "{\"id\":2}"),
                        tuple("d", "{\"id\":3}", null),
                        tuple("t", null, null));
        assertThat(log.records().stream().filter(TestLog.Event::isTombstone))
                .extracting(TestLog.Event::key)
                .containsExactlyInAnyOrder("{\"id\":2}", "{\"id\":3}");
    }

    private static CaptureSettings settings(String name) {
        return new CaptureSettings(
                name,
                DATA.resolve(name),
                1 << 20,
                Duration.ofSeconds(2),
                CaptureSettings.OnNewHistory.STOP,
                new SourceSettings(
                        SOURCE.jdbcUrl(),
                        SOURCE.user(),
                        SOURCE.password(),
                        "idem_" + name,
                        "idem_" + name,
                        List.of(),
                        List.of()),
                new LogSettings(
                        Map.of("bootstrap.servers", KAFKA.bootstrapServers()),
                        Map.of(),
                        3,
                        (short) 1,
                        Duration.ofDays(7)),
                Map.of());
    }
}
