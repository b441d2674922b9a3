package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Columns that the source computes and does not send. */
class GeneratedColumnsIT {

    @Test
    @DisplayName("trap 35, peer case 78: the warehouse computes generated columns as the source does")
    void generated_columns_are_computed_in_the_warehouse() throws SQLException {
        try (PipelineFixture.Servers servers = PipelineFixture.Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create function secret(int) returns int immutable language sql as 'select $1 + 7'",
                    "create table items (twice int not null generated always as (price * 2) stored, id int primary key,"
                            + " price int, label text, odd int generated always as (secret(id)) stored,"
                            + " upper_label text generated always as (upper(label)) stored)",
                    "create table sums (a int, b int generated always as (a + 1) stored, primary key (b))",
                    "create table notes (body text, size int generated always as (length(body)) stored)",
                    "insert into items (id, price, label) values (1, 10, 'a')",
                    "insert into sums (a) values (1)",
                    "insert into notes values ('abc'), ('abc')");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(
                    "insert into items (id, price, label) values (2, 20, 'b')",
                    "update items set price = 11 where id = 1",
                    "update items set id = 3 where id = 2",
                    "insert into notes values ('longer')",
                    "update sums set a = 2",
                    "alter table items add column area int generated always as (price * price) stored",
                    "insert into items (id, price, label) values (4, 40, repeat('c', 10000))",
                    "update items set price = 12 where id = 4");
            pipeline.catchUp();

            assertThat(pipeline.warehouseValue("select string_agg(concat_ws(':', id, twice, left(upper_label, 3), area,"
                            + " coalesce(odd::text, '-')), ' ' order by id) from items"))
                    .isEqualTo("1:22:A:121:- 3:40:B:400:- 4:24:CCC:144:-");
            assertThat(pipeline.warehouseValue("select count(*) from items where _idem_missing is not null"))
                    .isEqualTo("0");
            pipeline.assertEqual("notes");
            assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                    .isEqualTo("0");
            assertThat(pipeline.warehouseValue("select to_regclass('sums') is null"))
                    .isEqualTo("t");
        }
    }

    /** From PostgreSQL 18 on the source refuses the writes where the publication leaves such a column out. */
    @Test
    @DisplayName("generated columns and REPLICA IDENTITY FULL: the source's users may write as before")
    void publication_does_not_take_updates_and_deletes_from_tables_with_generated_columns() throws SQLException {
        try (PipelineFixture.Servers servers = PipelineFixture.Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table whole (twice int generated always as (n * 2) stored, n int, v text)",
                    "alter table whole replica identity full",
                    "insert into whole (n, v) values (1, 'a'), (1, 'a'), (2, 'b')",
                    "create table keyed (id int primary key, big text,"
                            + " size int generated always as (length(big)) stored, v int)",
                    "alter table keyed replica identity full",
                    "insert into keyed (id, big, v) values (1, repeat('x', 10000), 1), (2, 'y', 2)",
                    "create table by_key (id int primary key, v int, w int generated always as (v + 1) stored)",
                    "insert into by_key (id, v) values (1, 1), (2, 2)");
            boolean knowsVirtual = pipeline.sourceValue("select current_setting('server_version_num')::int >= 180000")
                    .equals("t");
            if (knowsVirtual) {
                pipeline.source(
                        "create table computed (id int primary key, v int, w int generated always as (v + 1) virtual)",
                        "alter table computed replica identity full",
                        "insert into computed (id, v) values (1, 1)",
                        "create table late (id int primary key, v int, w numeric(3, 1) generated always as (v / 10.0))",
                        "insert into late (id, v) values (1, 10), (2, 12345)");
            }
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(
                    "update whole set v = 'c' where n = 2",
                    "delete from whole where ctid = (select min(ctid) from whole where n = 1)",
                    "insert into whole (n, v) values (3, null)",
                    "update keyed set v = 5",
                    "update keyed set id = 3 where id = 1",
                    "delete from keyed where id = 2",
                    "update by_key set v = 7 where id = 1",
                    "delete from by_key where id = 2");
            if (knowsVirtual) {
                pipeline.source("update computed set v = 2", "delete from computed");
                assertThat(pipeline.warehouseValue("select to_regclass('computed') is null"))
                        .isEqualTo("t");
                pipeline.source("update late set v = 54321 where id = 2", "insert into late (id, v) values (3, 30)");
                pipeline.catchUp();
                assertThat(pipeline.warehouseValue("select string_agg(id || ':' || v, ' ' order by id) from late"))
                        .as("rows of which the computed value cannot be read")
                        .isEqualTo("1:10 2:54321 3:30");
                assertThat(pipeline.warehouseValue("select w from late where id = 3"))
                        .isEqualTo("3.0");
                String floor = pipeline.floor("late");
                pipeline.source(
                        "alter table late drop column w, add column w int default 5",
                        "update late set w = 7 where id = 1");
                // It is read anew, since its values are others now; what that writes is not the replay's.
                pipeline.awaitFloorAbove("late", floor);
                pipeline.assertEqualAndReplayable("late");
            }

            pipeline.assertEqualAndReplayable("whole", "keyed", "by_key");
            assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                    .isEqualTo("0");
        }
    }
}
