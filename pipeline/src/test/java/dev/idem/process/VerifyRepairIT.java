package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.change.TableId;
import dev.idem.verify.TableResult;
import dev.idem.verify.TableResult.Counts;
import dev.idem.verify.Verification;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Damage that is planted in the warehouse is found, named and repaired by way of the log, while the source is used. */
class VerifyRepairIT extends PipelinePerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void every_kind_of_damage_is_found_and_repaired_while_the_source_is_written_to() throws Exception {
        pipeline.source(
                "create table one (id int primary key, v text, n numeric)",
                "insert into one select i, 'v', i + 0.50 from generate_series(1, 3000) i",
                "create table large (id int primary key, big bytea, v int)",
                "alter table large alter column big set storage external",
                "insert into large select i, decode(repeat('c0ffee00', case i when 1 then 500000 else 2000 end), 'hex'), 0"
                        + " from generate_series(1, 4) i",
                "create table named (word text, at timestamptz, flag boolean, code char(4), v text,"
                        + " primary key (word, at, flag, code))",
                "insert into named select 'it''s \\ ' || i, '2026-01-01 00:00:00.123456+00'::timestamptz + i * interval '1 s',"
                        + " i % 2 = 0, 'c' || i, 'v' from generate_series(1, 50) i",
                "create table heap (v int, w text)",
                "alter table heap replica identity full",
                "insert into heap select i % 10, 'w' from generate_series(1, 200) i",
                "create table many (id int primary key)",
                "insert into many select generate_series(1, 10500)",
                "create table busy (id int primary key, v int)",
                "insert into busy select i, 0 from generate_series(1, 100) i");
        pipeline.start();
        pipeline.catchUp();
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> write(stop));
        pipeline.warehouse(
                "truncate many",
                "delete from one where id in (7, 2999)",
                "insert into one (id, v, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)"
                        + " values (-1, 'x', 0, '0/0', 0, now()), (70000, 'x', 0, '0/0', 0, now())",
                "update one set v = 'w' where id = 11",
                "update one set v = '' where id = 12",
                "update one set v = null where id = 13",
                "update one set n = n::numeric(20, 5) where id = 14",
                "update large set big = set_bit(big, 12345678, 1 - get_bit(big, 12345678)) where id = 1",
                "update large set big = null, _idem_missing = '{big}', _idem_carried = '{\"big\": \"\"}' where id = 2",
                "update large set big = set_byte(big, 7, 1) where id in (3, 4)",
                "update named set v = 'x' where code = 'c1'",
                "delete from named where code in ('c2', 'c50')",
                "update named set word = 'another' where code = 'c3'",
                "insert into heap select v, w, _idem_epoch, _idem_lsn, _idem_seq + 1000000, now() from heap limit 1",
                "delete from heap where v = 3",
                "update heap set w = '' where v = 4");

        Verification found = pipeline.repair();
        Verification after = pipeline.verify();
        stop.set(true);
        load.join();

        assertThat(counts(found, "one")).isEqualTo(new Counts(3000, 2, 2, 4, 0, 0));
        assertThat(result(found, "one").differingColumns()).isEqualTo(Map.of("v", 3L, "n", 1L));
        assertThat(counts(found, "large")).isEqualTo(new Counts(4, 0, 0, 3, 1, 0));
        assertThat(result(found, "large").differingColumns()).isEqualTo(Map.of("big", 4L));
        assertThat(counts(found, "named")).isEqualTo(new Counts(50, 3, 1, 1, 0, 0));
        assertThat(counts(found, "heap").differences()).isEqualTo(20 + 1 + 20 + 20);
        assertThat(counts(found, "many")).isEqualTo(new Counts(10500, 10500, 0, 0, 0, 0));
        assertThat(counts(found, "busy").differences()).isZero();
        for (String table : new String[] {"one", "large", "named", "heap", "many"}) {
            assertThat(result(found, table).repair())
                    .as(table)
                    .hasValueSatisfying(repair -> assertThat(repair.left()).isZero());
        }
        assertThat(found.isEqual()).as(found.verdict()).isTrue();
        assertThat(after.isEqual()).as(after.verdict()).isTrue();
        pipeline.assertEqualAndReplayable("one", "large", "named", "heap", "many", "busy");
    }

    @Test
    void running_process_compares_each_table_by_itself_and_keeps_what_it_finds() throws Exception {
        pipeline.source(
                "create table t (id bigint primary key, v text)",
                "insert into t select i, 'v' from generate_series(1, 100) i",
                "create table u (id int primary key)",
                "insert into u values (1)");
        pipeline.with("http.port", "0").with("verify.interval", "1h").with("verify.on-difference", "repair");
        try (PipelineFixture.Watched watched = pipeline.startWatched()) {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(records()).containsExactly("t equal 0 0", "u equal 0 0"));
            pipeline.warehouse(
                    "update t set v = 'w' where id = 5",
                    // A key that the warehouse alone can hold, as where its type is wider.
                    "alter table u alter id type bigint",
                    "insert into u values (5000000000, 0, '0/0', 0, now())",
                    "update idem.verification set finished_at = finished_at - interval '2 hours'");

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(records())
                            .containsExactly("t equal 0 0", "u equal 0 0", "t repaired 1 1", "u repaired 1 1"));
            pipeline.assertEqual("t");
            assertThat(pipeline.warehouseValues("select id from u")).containsExactly("1");
            assertThat(watched.status().tables())
                    .allSatisfy(table -> assertThat(table.verification()).isPresent());
        }
    }

    private List<String> records() {
        return pipeline.warehouseValues(
                "select source_table || ' ' || result || ' ' || differing + extra || ' ' || repaired"
                        + " from idem.verification where origin = 'continuous' order by id");
    }

    private void write(AtomicBoolean stop) {
        try (Connection connection = pipeline.sourceConnection();
                Statement statement = connection.createStatement()) {
            for (int i = 0; !stop.get(); i++) {
                statement.execute("update busy set v = v + 1 where id = " + (i % 100 + 1));
                statement.execute("update large set v = v + 1 where id in (2, 3)");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the load", e);
        }
    }

    private static Counts counts(Verification verification, String table) {
        return result(verification, table).counts();
    }

    private static TableResult result(Verification verification, String table) {
        return verification.tables().stream()
                .filter(one -> one.table().equals(new TableId("public", table)))
                .findFirst()
                .orElseThrow();
    }
}
