package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class VerifyCommandIT {

    private static TestPostgres server;

    private final ProgramRun program = new ProgramRun("127.0.0.1:9");

    @BeforeAll
    static void startServer() throws Exception {
        server = TestPostgres.start();
        for (String database : List.of("source", "warehouse")) {
            server.createDatabase(database);
            server.executeIn(
                    database,
                    "create table orders (id int primary key, status text)",
                    "insert into orders select i, 'open' from generate_series(1, 10) i",
                    "create table items (id int primary key, name text)",
                    "insert into items select i, 'hidden' from generate_series(1, 10) i");
        }
        server.executeIn(
                "warehouse",
                "update items set name = 'secret' where id = 4711 or id = 4",
                "delete from items where id = 7");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void equal_tables_end_with_0() {
        assertThat(verify("--tables", "orders")).isZero();

        assertThat(program.out())
                .contains("equal     public.orders: 10 rows")
                .endsWith("Equal: 1 table, 10 rows, every value is the same." + System.lineSeparator());
    }

    @Test
    void differences_end_with_1_and_show_neither_keys_nor_values() {
        assertThat(verify("--tables", "orders,items")).isEqualTo(1);

        assertThat(program.out())
                .contains("different public.items: 10 rows, 1 missing, 1 differing")
                .contains("columns that differ: name (1)")
                .doesNotContain("{")
                .doesNotContain("secret")
                .doesNotContain("hidden");
    }

    @Test
    void keys_are_shown_where_asked_for() {
        assertThat(verify("--tables", "items", "--show-keys")).isEqualTo(1);
        assertThat(program.out()).contains("missing {\"id\":\"7\"}").contains("differing {\"id\":\"4\"} in name");
    }

    @Test
    void json_holds_the_counts() {
        assertThat(verify("--tables", "items", "--json")).isEqualTo(1);
        assertThat(program.out())
                .startsWith("{\"equal\":false,")
                .contains("\"missing\":1,\"extra\":0,\"differing\":1,")
                .contains("\"differing_columns\":{\"name\":1}")
                .doesNotContain("examples");
    }

    @Test
    void sample_and_rate_bound_what_is_read() {
        assertThat(verify("--tables", "orders", "--sample", "100", "--rate", "100000"))
                .isZero();
        assertThat(verify("--tables", "orders", "--sample", "0.000001")).isZero();
        assertThat(program.out()).contains("equal     public.orders: 0 rows");
    }

    @Test
    void tables_that_no_pipeline_follows_are_not_repaired() {
        assertThat(verify("--tables", "items", "--repair")).isEqualTo(1);
        assertThat(program.out()).contains("1 missing, 1 differing").doesNotContain("repaired");
    }

    @Test
    void without_names_all_chosen_tables_are_compared_and_none_is_not_equal() {
        assertThat(verify("--set", "source.tables=public.o*")).isZero();
        assertThat(program.out()).contains("Equal: 1 table, 10 rows");
        assertThat(verify("--set", "source.tables=nowhere.*")).isEqualTo(1);
        assertThat(program.out()).contains("Nothing was compared");
    }

    @Test
    void wrong_usage_ends_with_2_and_an_unreachable_server_with_1() {
        assertThat(verify("--wait", "soon")).isEqualTo(2);
        assertThat(verify("--tables", "a.b.c")).isEqualTo(2);
        assertThat(verify("--sample", "0")).isEqualTo(2);
        assertThat(verify("--rate", "-1")).isEqualTo(2);
        assertThat(program.err()).contains("above 0 and at most 100");
        assertThat(verify("--set", "source.urk=x")).isEqualTo(2);
        assertThat(verify("--set", "idem.role=sink", "--set", "source.url=embedded"))
                .isEqualTo(2);
        assertThat(verify("--set", "source.url=jdbc:postgresql://127.0.0.1:1/x"))
                .isEqualTo(1);
        assertThat(program.err()).contains("connecting to the source 127.0.0.1:1/x");
    }

    private int verify(String... arguments) {
        return program.execute(server, "verify", arguments);
    }
}
