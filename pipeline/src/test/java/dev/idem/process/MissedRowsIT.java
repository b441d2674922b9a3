package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.process.PipelineFixture.Servers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rows that the source writes or shows without a word in the stream. */
class MissedRowsIT {

    private static void equalInTime(PipelineFixture pipeline, String... tables) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            for (String table : tables) {
                pipeline.assertEqual(table);
            }
        });
    }

    @Test
    @DisplayName("trap 43b: tables that ALTER TABLE writes anew end equal, written to or not, running or stopped")
    void tables_that_are_written_anew_end_equal() throws SQLException {
        try (Servers servers = Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            boolean setsExpressions = pipeline.sourceValue(
                            "select current_setting('server_version_num')::int >= 170000")
                    .equals("t");
            pipeline.source(
                    "create table same_type (id int primary key, v text)",
                    "insert into same_type values (1, 'a'), (2, 'b')",
                    "create table widened (id int primary key, n int, v varchar(5))",
                    "insert into widened values (1, 1, 'a'), (2, 2, 'b')",
                    "create table parts (id int, v text, primary key (id)) partition by hash (id)",
                    "create table parts_0 partition of parts for values with (modulus 2, remainder 0)",
                    "create table parts_1 partition of parts for values with (modulus 2, remainder 1)",
                    "insert into parts select n, 'v' || n from generate_series(1, 6) n",
                    "create table rekeyed (code text primary key, v int)",
                    "insert into rekeyed values ('one', 1), ('three', 3)",
                    "create table unkeyed (v text)",
                    "insert into unkeyed values ('a'), ('a'), ('b')",
                    "create table computed (id int primary key, a int, b int generated always as (a + 1) stored)",
                    "insert into computed values (1, 1)",
                    "create table vacuumed (id int primary key, v text)",
                    "insert into vacuumed values (1, 'a')",
                    "create table stopped (id int primary key, v text)",
                    "insert into stopped values (1, 'a')");
            pipeline.start();
            pipeline.catchUp();

            List<String> changes = new ArrayList<>(List.of(
                    "alter table same_type alter column v type text using upper(v)",
                    "alter table widened alter column n type bigint using n * 10, alter column v type text using v || '!'",
                    "insert into widened values (3, 3, 'c')",
                    "alter table parts alter column v type text using v || 'x'",
                    "alter table rekeyed alter column code type int using length(code)",
                    "update rekeyed set v = 30 where code = 3",
                    "alter table unkeyed alter column v type text using v || v",
                    "vacuum full vacuumed"));
            if (setsExpressions) {
                changes.add("alter table computed alter column b set expression as (a * 100)");
            }
            pipeline.source(changes.toArray(String[]::new));
            equalInTime(pipeline, "same_type", "widened", "parts", "rekeyed", "unkeyed", "computed", "vacuumed");

            pipeline.stop();
            pipeline.source("alter table stopped alter column v type text using upper(v)");
            pipeline.start();
            equalInTime(pipeline, "stopped");
            assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                    .isEqualTo("0");
        }
    }

    @Test
    @DisplayName("peer case 82: rows and columns that a changed publication shows arrive, and hidden rows go")
    void rows_that_a_changed_publication_shows_or_hides_are_followed() throws SQLException {
        try (Servers servers = Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            if (pipeline.sourceValue("select current_setting('server_version_num')::int < 150000")
                    .equals("t")) {
                return;
            }
            pipeline.source(
                    "create table shown (id int primary key, a int, b text)",
                    "insert into shown select n, n, 'b' || n from generate_series(1, 6) n",
                    "create publication shop for table shown (id, a) where (id > 3)");
            pipeline.with("source.publication", "shop").start();
            pipeline.catchUp();
            assertThat(pipeline.warehouseValue("select string_agg(id || ':' || a, ' ' order by id) from shown"))
                    .isEqualTo("4:4 5:5 6:6");

            pipeline.source("alter publication shop set table shown (id, a) where (id < 3)");
            shows(pipeline, "1:1 2:2", "a");
            pipeline.source("alter publication shop set table shown");
            shows(pipeline, "1:b1 2:b2 3:b3 4:b4 5:b5 6:b6", "b");

            pipeline.stop();
            pipeline.source("alter publication shop set table shown where (id > 4)");
            pipeline.start();
            shows(pipeline, "5:b5 6:b6", "b");

            pipeline.source(
                    "update shown set b = string_agg from (select string_agg(md5(g::text), '') from"
                            + " generate_series(1, 500) g) big where id = 1",
                    "update shown set id = 11 where id = 1");
            pipeline.catchUp();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(pipeline.warehouseValue("select md5(b) from shown where id = 11"))
                            .isEqualTo(pipeline.sourceValue("select md5(b) from shown where id = 11")));
        }
    }

    private static void shows(PipelineFixture pipeline, String rows, String column) {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(pipeline.warehouseValue(
                                "select string_agg(id || ':' || " + column + ", ' ' order by id) from shown"))
                        .isEqualTo(rows));
    }
}
