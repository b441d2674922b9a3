package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Keys whose equality is not that of their bytes. */
class CollationsIT extends ServersPerClass {

    /** Trap 37, peer case 19. */
    @Test
    void keys_that_a_collation_holds_equal_are_one_row() throws SQLException {
        try (PipelineFixture fixture = new PipelineFixture(servers)) {
            fixture.source(
                    "create schema \"odd one\"",
                    "create collation \"odd one\".\"Folded\" (provider = icu, locale = 'und-u-ks-level2', deterministic"
                            + " = false)",
                    "create table city (name text collate \"odd one\".\"Folded\", zone varchar(9) collate \"C\","
                            + " n int, primary key (zone, name))",
                    "insert into city values ('Bern', 'x', 1), ('Wien', 'x', 1), ('Rom', 'x', 1)");
            fixture.start();
            fixture.catchUp();
            fixture.assertEqual("city");

            fixture.transaction(
                    "update city set name = 'BERN', n = 2 where name = 'bern'",
                    "update city set n = 3 where name = 'bern'",
                    "delete from city where name = 'WIEN'",
                    "insert into city values ('wien', 'x', 4)",
                    "delete from city where name = 'rom'");
            fixture.source("update city set name = 'wiEN' where name = 'wien'");
            fixture.catchUp();

            fixture.assertEqual("city");
            assertThat(fixture.replayAll()).isZero();
            fixture.assertEqual("city");
            assertThat(fixture.warehouseValue("select count(*) from city where name = 'bern'"))
                    .isEqualTo("1");
        }
    }
}
