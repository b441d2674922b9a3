package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Columns that the source computes and does not send. */
class GeneratedColumnsIT {

    @Test
    @DisplayName("trap 35: generated columns are empty, one that forbids NULL too; in a key they keep the table out")
    void generated_columns_are_empty_and_stop_nothing() throws SQLException {
        try (PipelineFixture.Servers servers = PipelineFixture.Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table items (id int primary key, price int,"
                            + " twice int not null generated always as (price * 2) stored)",
                    "create table sums (a int, b int generated always as (a + 1) stored, primary key (b))",
                    "insert into items (id, price) values (1, 10)",
                    "insert into sums (a) values (1)");
            pipeline.start();
            pipeline.catchUp();
            pipeline.source(
                    "insert into items (id, price) values (2, 20)",
                    "update items set price = 11 where id = 1",
                    "update sums set a = 2");
            pipeline.catchUp();

            assertThat(pipeline.warehouseValue(
                            "select string_agg(id || ':' || price || ':' || coalesce(twice::text, '-'), ' ' order by id)"
                                    + " from items"))
                    .isEqualTo("1:11:- 2:20:-");
            assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                    .isEqualTo("0");
            assertThat(pipeline.warehouseValue("select to_regclass('sums') is null"))
                    .isEqualTo("t");
        }
    }
}
