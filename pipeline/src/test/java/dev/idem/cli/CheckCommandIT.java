package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CheckCommandIT {

    private static TestPostgres server;

    private final ProgramRun program = new ProgramRun("embedded");

    @BeforeAll
    static void startServer() throws Exception {
        server = TestPostgres.start();
        server.createDatabase("warehouse");
        server.createDatabase("source");
        server.executeIn("source", "create table orders (id int primary key)", "create table log (line text)");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void what_can_run_ends_with_0_and_says_what_to_heed() {
        assertThat(check()).isZero();

        assertThat(program.out())
                .contains("ok       source     table public.orders is captured")
                .contains("-> alter table \"public\".\"log\" replica identity full;")
                .contains("ok       kafka      embedded: the run starts it")
                .contains("Ready to run, with ");
    }

    @Test
    void what_cannot_run_ends_with_1() {
        assertThat(check("--set", "source.tables=nowhere.*")).isEqualTo(1);

        assertThat(program.out()).contains("failed   source     no table fits").contains("Not ready to run: 1 of ");
    }

    @Test
    void a_sink_is_asked_for_nothing_of_the_source() {
        assertThat(check("--set", "idem.role=sink", "--set", "source.url=jdbc:postgresql://127.0.0.1:1/x"))
                .isZero();
        assertThat(program.out()).doesNotContain(" source ");
    }

    @Test
    void wrong_settings_end_with_2() {
        assertThat(check("--set", "source.tabels=x")).isEqualTo(2);
        assertThat(program.err()).contains("source.tables");
    }

    private int check(String... arguments) {
        return program.execute(server, "check", arguments);
    }
}
