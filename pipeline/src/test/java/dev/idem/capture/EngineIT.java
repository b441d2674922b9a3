package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.engine.Engine;
import dev.idem.engine.EngineOptions;
import dev.idem.testing.TestPostgres;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the guarantee takes for granted of the engine. */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("dev.idem.testing.PostgresVersions#chosen")
class EngineIT {

    private final TestServers servers;
    private final TestPostgres source;

    EngineIT(String version) {
        servers = TestServers.of(version);
        source = servers.source();
    }

    @Test
    void without_an_offset_it_streams_from_the_confirmed_position_and_marks_move_that() throws Exception {
        try (CaptureFixture fixture = prepared("position")) {
            source.execute("insert into position.t values (1)", "insert into position.t values (2)");

            Lsn before = fixture.confirmedFlush();
            List<SourceRecord> unmarked = firstRun(fixture, -1);
            assertThat(ids(unmarked)).containsExactly("1", "2");
            assertThat(fixture.confirmedFlush()).as("nothing was marked").isEqualTo(before);

            List<SourceRecord> marked = firstRun(fixture, 0);
            assertThat(ids(marked)).as("all of it again").containsExactly("1", "2");
            assertThat(fixture.confirmedFlush()).isEqualTo(endOf(marked, 0)).isLessThan(endOf(marked, 1));

            assertThat(ids(firstRun(fixture, -1, 1)))
                    .as("behind the marked END")
                    .containsExactly("2");
        }
    }

    @Test
    void only_the_end_tells_the_commit_and_it_counts_the_records() throws Exception {
        try (CaptureFixture fixture = prepared("ends")) {
            source.execute("insert into ends.t select generate_series(1, 3)");
            String committed =
                    fixture.query("select pg_current_wal_insert_lsn()::text").get(0);

            List<SourceRecord> records = firstRun(fixture, -1, 3);

            assertThat(endOf(records, 0)).isGreaterThan(Lsn.ZERO).isLessThanOrEqualTo(Lsn.parse(committed));
            List<SourceRecord> ends = ends(records);
            int describedTables = 1;
            assertThat(((Struct) ends.get(0).value()).getInt64("event_count")).isEqualTo(3 + describedTables);
            assertThat(rows(records)).allSatisfy(row -> {
                Object previousCommit = row.sourceOffset().get("lsn_commit");
                assertThat(previousCommit)
                        .isNotEqualTo(ends.get(0).sourceOffset().get("lsn_commit"));
            });
        }
    }

    @Test
    void names_that_the_engine_cannot_read_hold_up_neither_it_nor_the_slot() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                "hardnames",
                "create table hardnames.\"back\\slash\" (id int primary key)",
                "create table hardnames.t (id int primary key)",
                "create table hardnames.\"\ud83d\ude00\" (id int primary key)")) {
            fixture.startStreaming().close();
            source.execute("with a as (insert into hardnames.\"\ud83d\ude00\" values (1)),"
                    + " b as (insert into hardnames.\"back\\slash\" values (1)) insert into hardnames.t values (1)");

            List<SourceRecord> seen = firstRun(fixture, 0, 1);

            assertThat(fixture.confirmedFlush()).isEqualTo(endOf(seen, 0));
        }
    }

    @Test
    @DisplayName("trap 11b: Kafka Connect's RetriableException ends the engine, and the batch comes again")
    void retriable_exception_of_the_handler_loses_no_batch() throws Exception {
        try (CaptureFixture fixture = prepared("retriable")) {
            source.execute("insert into retriable.t values (1)");
            Properties retrying = options(fixture);
            retrying.put("errors.max.retries", "-1");
            AtomicInteger batches = new AtomicInteger();
            try (Engine engine = Engine.start(retrying, records -> {
                if (rows(records).isEmpty()) {
                    return -1;
                }
                if (batches.incrementAndGet() == 1) {
                    throw new RetriableException("Kafka is away");
                }
                return records.size() - 1;
            })) {
                CaptureFixture.waiting().until(() -> engine.failure().isPresent());
                source.execute("insert into retriable.t values (2)");
                CaptureFixture.waiting()
                        .alias("the engine ends by itself, without going on behind the lost batch")
                        .until(() -> batches.get() > 1 || !fixture.replicationIsActive());
                assertThat(engine.failure()).containsInstanceOf(RetriableException.class);
            }
            assertThat(batches).hasValue(1);

            assertThat(ids(firstRun(fixture, -1))).containsExactly("1", "2");
        }
    }

    /** A table, and a slot whose snapshot is done. */
    private CaptureFixture prepared(String name) throws Exception {
        CaptureFixture fixture = servers.capture(name, "create table " + name + ".t (id int primary key)");
        fixture.startStreaming().close();
        return fixture;
    }

    private static Properties options(CaptureFixture fixture) {
        CaptureSettings settings = fixture.settings();
        return EngineOptions.of(
                settings.pipeline(),
                settings.source(),
                settings.engineOptions(),
                List.of(new TableId(fixture.name(), "t")));
    }

    private static List<SourceRecord> firstRun(CaptureFixture fixture, int markedEnd) throws Exception {
        return firstRun(fixture, markedEnd, 2);
    }

    /**
     * Runs an engine until it has brought as many rows and their END; marks the END of that index, where it is not -1.
     */
    private static List<SourceRecord> firstRun(CaptureFixture fixture, int markedEnd, int rows) throws Exception {
        List<SourceRecord> seen = new CopyOnWriteArrayList<>();
        Lsn before = fixture.confirmedFlush();
        try (Engine engine = Engine.start(options(fixture), records -> {
            int marked = -1;
            for (int i = 0; i < records.size(); i++) {
                SourceRecord record = records.get(i);
                boolean isEndOfRows = isEnd(record) && !rows(seen).isEmpty();
                if (isEndOfRows && ends(seen).size() == markedEnd) {
                    marked = i;
                }
                if (isEndOfRows || isRow(record)) {
                    seen.add(record);
                }
            }
            return marked;
        })) {
            CaptureFixture.waiting().until(() -> {
                assertThat(engine.failure()).isEmpty();
                boolean complete = rows(seen).size() >= rows && isEnd(seen.get(seen.size() - 1));
                return complete && (markedEnd < 0 || fixture.confirmedFlush().compareTo(before) > 0);
            });
        }
        return seen;
    }

    private static boolean isRow(SourceRecord record) {
        return record.topic().endsWith(".t");
    }

    private static boolean isEnd(SourceRecord record) {
        return record.topic().endsWith(".transaction") && "END".equals(((Struct) record.value()).getString("status"));
    }

    private static List<SourceRecord> rows(List<SourceRecord> records) {
        return records.stream().filter(EngineIT::isRow).toList();
    }

    private static List<SourceRecord> ends(List<SourceRecord> records) {
        return records.stream().filter(EngineIT::isEnd).toList();
    }

    private static Lsn endOf(List<SourceRecord> records, int index) {
        Object lsn = ends(records).get(index).sourceOffset().get("lsn_commit");
        return lsn instanceof Long value ? new Lsn(value) : Lsn.ZERO;
    }

    private static List<String> ids(List<SourceRecord> records) {
        return rows(records).stream()
                .map(record -> ((Struct) record.value()).getStruct("after").getString("id"))
                .toList();
    }
}
