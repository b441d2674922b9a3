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
}
