package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.testing.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The command on servers of which nobody has made a pipeline yet, and on such that do not answer. */
class StatusCommandIT {

    private static TestPostgres server;

    private final ProgramRun program = new ProgramRun("127.0.0.1:9");

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

        JsonNode status = new ObjectMapper().readTree(program.out());
        assertThat(status.path("origin").asText()).isEqualTo("servers");
        assertThat(status.path("positions").findValuesAsText("stage")).containsExactly("head");
        assertThat(status.path("warnings").findValuesAsText("subject")).containsExactly("Kafka");
        assertThat(program.out()).doesNotContain(server.password());
    }

    @Test
    void check_says_in_one_line_what_is_not_well() {
        assertThat(status("--check")).isEqualTo(1);

        assertThat(program.out())
                .startsWith("NOT OK: ")
                .contains("Kafka cannot be asked")
                .contains("no whole image");
        assertThat(program.out().lines()).hasSize(1);
    }

    @Test
    void a_server_that_does_not_answer_is_named_and_the_rest_is_told() {
        assertThat(status("--set", "warehouse.url=jdbc:postgresql://127.0.0.1:1/x"))
                .isZero();

        assertThat(program.out()).contains("warehouse cannot be asked").contains("head");
    }

    @Test
    void wrong_usage_ends_with_2() {
        assertThat(status("--max-lag", "soon")).isEqualTo(2);
        assertThat(status("--set", "http.port=99999")).isEqualTo(2);
        assertThat(status("--set", "http.host=0.0.0.0", "--set", "http.port=8087"))
                .isEqualTo(2);
        assertThat(program.err()).contains("http.token");
    }

    private int status(String... arguments) {
        return program.execute(server, "status", arguments);
    }
}
