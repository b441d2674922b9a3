package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.process.PipelineFixture.Servers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Columns of the warehouse that take less than the source's. */
class NarrowTargetIT {

    @Test
    @DisplayName(
            "peer 54: a value out of the target's range is set aside by row and column, never cut; the others go on")
    void value_out_of_the_targets_range_is_set_aside_by_column_and_the_others_go_on() throws Exception {
        try (Servers servers = Servers.start();
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source(
                    "create table readings (id int primary key, n int, name text, price numeric, at timestamptz, b varbit)",
                    "create table logged (n bigint, name varchar(20))",
                    "create table others (id int primary key, n int)",
                    "insert into readings values (1, 1, 'one', 1.5, now(), b'1')");
            pipeline.start();
            pipeline.catchUp();
            pipeline.warehouse(
                    "alter table readings alter n type smallint, alter name type varchar(5), alter price type"
                            + " numeric(4,1), alter at type timestamptz, alter b type varbit(3)",
                    "alter table logged alter n type int, alter name type char(3)");
            pipeline.source(
                    "insert into readings values (2, 32767, 'seven', 999.9, 'infinity', b'101')",
                    "insert into readings values (3, 32768, 'three', 3, null, null)",
                    "insert into readings values (4, 4, 'longer', 3, null, null)",
                    "insert into readings values (5, 5, 'five', 1000, null, null)",
                    "insert into readings values (6, 6, 'six', 6, null, b'1010')",
                    "update readings set n = -32769 where id = 1",
                    "insert into logged values (2147483648, 'a')",
                    "insert into logged values (1, 'abcd')",
                    "insert into logged values (1, 'abc')",
                    "insert into others values (1, 1)",
                    "insert into readings values (7, 7, 'seven', 7.0, null, null)");
            pipeline.catchUp();

            assertThat(pipeline.warehouseValue("select string_agg(id || ' ' || n, ', ' order by id) from readings"))
                    .isEqualTo("1 1, 2 32767, 7 7");
            assertThat(pipeline.warehouseValue("select string_agg(n || name, ', ') from logged"))
                    .isEqualTo("1abc");
            pipeline.assertEqual("others");
            assertThat(pipeline.warehouseValue("select string_agg(concat_ws(' ', source_table, substring(reason from"
                            + " 'column .*')), '; ' order by version) from idem.dead_letter"))
                    .isEqualTo("readings column n of type smallint; readings column name of type character varying(5);"
                            + " readings column price of type numeric(4,1); readings column b of type bit varying(3);"
                            + " readings column n of type smallint; logged column n of type integer; logged column name"
                            + " of type character(3)");
        }
    }
}
