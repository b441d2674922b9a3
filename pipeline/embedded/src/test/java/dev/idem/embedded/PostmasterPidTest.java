package dev.idem.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostmasterPidTest {
    @Test
    void port_stands_in_the_fourth_line_and_status_in_the_eighth() {
        List<String> lines =
                List.of("1234", "/data", "1700000000", "5432", "", "127.0.0.1", "  196876    131073", "ready   ", "");

        assertThat(PostmasterPid.parse(lines)).contains(new PostmasterPid(1234, 5432, "ready"));
    }

    @Test
    void half_written_file_is_no_server_yet() {
        assertThat(PostmasterPid.parse(List.of())).isEmpty();
        assertThat(PostmasterPid.parse(List.of("")).isPresent()).isFalse();
        assertThat(PostmasterPid.parse(List.of("1234")).map(PostmasterPid::isReady))
                .contains(false);
    }

    @Test
    void process_that_took_over_the_number_of_a_dead_server_is_no_server() {
        PostmasterPid ours = new PostmasterPid(ProcessHandle.current().pid(), 5432, "ready");

        assertThat(ours.process(Path.of("/data"))).isEmpty();
    }
}
