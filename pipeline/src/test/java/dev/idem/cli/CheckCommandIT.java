package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CheckCommandIT {

    private static TestPostgres server;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

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

        assertThat(out.toString())
                .contains("ok       source     table public.orders is captured")
                .contains("-> alter table \"public\".\"log\" replica identity full;")
                .contains("ok       kafka      embedded: the run starts it")
                .contains("Ready to run, with ");
    }

    @Test
    void what_cannot_run_ends_with_1() {
        assertThat(check("--set", "source.tables=nowhere.*")).isEqualTo(1);

        assertThat(out.toString()).contains("failed   source     no table fits").contains("Not ready to run: 1 of ");
    }

    @Test
    void a_sink_is_asked_for_nothing_of_the_source() {
        assertThat(check("--set", "idem.role=sink", "--set", "source.url=jdbc:postgresql://127.0.0.1:1/x"))
                .isZero();
        assertThat(out.toString()).doesNotContain(" source ");
    }

    @Test
    void wrong_settings_end_with_2() {
        assertThat(check("--set", "source.tabels=x")).isEqualTo(2);
        assertThat(err.toString()).contains("source.tables");
    }

    private int check(String... arguments) {
        List<String> all = new ArrayList<>(List.of("check"));
        for (String side : List.of("source", "warehouse")) {
            all.addAll(List.of("--set", side + ".url=" + server.jdbcUrl(side)));
            all.addAll(List.of("--set", side + ".user=" + server.user()));
            all.addAll(List.of("--set", side + ".password=" + server.password()));
        }
        all.addAll(List.of("--set", "kafka.bootstrap.servers=embedded"));
        all.addAll(Arrays.asList(arguments));
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
