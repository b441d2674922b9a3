package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.testing.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command on servers of which nobody has made a pipeline yet, and on such that do not answer. */
class StatusCommandIT {

    private static TestPostgres server;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startServer() throws Exception {
        server = TestPostgres.start();
        server.createDatabase("source");
        server.createDatabase("warehouse");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void servers_are_asked_where_no_process_is() throws Exception {
        assertThat(status("--json")).isZero();

        JsonNode status = new ObjectMapper().readTree(out.toString());
        assertThat(status.path("origin").asText()).isEqualTo("servers");
        assertThat(status.path("positions").findValuesAsText("stage")).containsExactly("head");
        assertThat(status.path("warnings").findValuesAsText("subject")).containsExactly("Kafka");
        assertThat(out.toString()).doesNotContain(server.password());
    }

    @Test
    void check_says_in_one_line_what_is_not_well() {
        assertThat(status("--check")).isEqualTo(1);

        assertThat(out.toString())
                .startsWith("NOT OK: ")
                .contains("Kafka cannot be asked")
                .contains("no whole image");
        assertThat(out.toString().lines()).hasSize(1);
    }

    @Test
    void a_server_that_does_not_answer_is_named_and_the_rest_is_told() {
        assertThat(status("--set", "warehouse.url=jdbc:postgresql://127.0.0.1:1/x"))
                .isZero();

        assertThat(out.toString()).contains("warehouse cannot be asked").contains("head");
    }

    @Test
    void wrong_usage_ends_with_2() {
        assertThat(status("--max-lag", "soon")).isEqualTo(2);
        assertThat(status("--set", "http.port=99999")).isEqualTo(2);
        assertThat(status("--set", "http.host=0.0.0.0", "--set", "http.port=8087"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("http.token");
    }

    private int status(String... arguments) {
        List<String> all = new ArrayList<>(List.of("status"));
        for (String side : List.of("source", "warehouse")) {
            set(all, side + ".url=" + server.jdbcUrl(side));
            set(all, side + ".user=" + server.user());
            set(all, side + ".password=" + server.password());
        }
        set(all, "kafka.bootstrap.servers=127.0.0.1:9");
        all.addAll(Arrays.asList(arguments));
        CommandLine program =
                Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return program.execute(all.toArray(String[]::new));
    }

    private static void set(List<String> arguments, String setting) {
        arguments.addAll(List.of("--set", setting));
    }
}
