package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.process.PipelineFixture.Servers;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tables of which the source cannot say which row an update or delete is about. */
class UnidentifiedTablesIT {

    private static void equalInTime(PipelineFixture pipeline, String... tables) {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
            for (String table : tables) {
                pipeline.assertEqual(table);
            }
        });
    }

    @Test
    @DisplayName("peer cases 20 and 78: their inserts arrive, and the source's users may write to them as before")
    void inserts_arrive_and_users_may_write_as_before() throws SQLException {
        try (Servers servers = Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table log (what text, n int)",
                    "insert into log values ('a', 1), ('a', 1), ('b', 2)",
                    "create table seats (id int primary key deferrable, who text)",
                    "insert into seats values (1, 'a'), (2, 'b')",
                    "create table parts (n int) partition by range (n)",
                    "create table parts_low partition of parts for values from (0) to (10)",
                    "create table parts_high partition of parts for values from (10) to (20)",
                    "alter table parts_low replica identity full",
                    "create table rooted (id int, v text, primary key (id)) partition by range (id)",
                    "create table rooted_low partition of rooted for values from (0) to (10)",
                    "alter table only rooted replica identity full",
                    "insert into rooted values (1, repeat('x', 10000)), (2, 'y')",
                    "create table emptied (n int)",
                    "insert into emptied values (1)",
                    "create table sums (a int, b int generated always as (a + 1) stored, c text, primary key (b))",
                    "alter table sums replica identity full",
                    "insert into sums (a, c) values (1, 'x'), (2, 'y'), (3, 'z')",
                    "create table keyed (id int primary key, v text)");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(
                    "insert into log values ('c', 3)",
                    "insert into seats values (3, 'c')",
                    "insert into parts values (1), (11)",
                    "insert into keyed values (1, 'a')",
                    "truncate emptied",
                    "insert into emptied values (2), (2)",
                    "update sums set a = 10, c = 'ten' where b = 2",
                    "delete from sums where a = 3",
                    "update rooted set id = 3 where id = 1",
                    "delete from rooted where id = 2",
                    "create table later (n int)",
                    "insert into later values (1), (1)");
            pipeline.catchUp();
            equalInTime(pipeline, "log", "seats", "parts", "keyed", "emptied", "sums", "rooted", "later");

            pipeline.source(
                    "update log set n = 10 where what = 'a'",
                    "delete from log where what = 'b'",
                    "update seats set who = 'z' where id = 1",
                    "delete from seats where id = 2",
                    "update parts set n = n + 1",
                    "delete from later",
                    "insert into later values (5)");
            pipeline.catchUp();
            assertThat(pipeline.warehouseValue("select string_agg(n::text, ' ' order by n) from later"))
                    .isEqualTo("1 1 5");

            pipeline.source(
                    "alter table log replica identity full",
                    "alter table seats replica identity full",
                    "alter table parts_high replica identity full",
                    "alter table later add primary key (n)");
            equalInTime(pipeline, "log", "seats", "parts", "later");
            pipeline.source(
                    "update log set n = 11 where ctid = (select min(ctid) from log)",
                    "delete from log where what = 'c'",
                    "update parts set n = n - 1",
                    "update later set n = 6");
            pipeline.transaction("set constraints all deferred", "update seats set id = 4 - id");

            pipeline.assertEqualAndReplayable("log", "seats", "parts", "keyed", "emptied", "sums", "rooted", "later");
        }
    }
}
