package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.testing.PostgresVersions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LargeTransactionIT {

    private static final int ROWS = 400_000;

    private final TestServers servers = TestServers.of(PostgresVersions.first());

    @Test
    void transaction_larger_than_the_heap_is_one_cut_and_leaves_no_file() throws Exception {
        try (CaptureFixture fixture = servers.capture("large", "create table large.t (id int primary key, v text)")) {
            fixture.startStreaming().close();
            servers.source()
                    .execute("insert into large.t select i, repeat('x', 300) from generate_series(1, " + ROWS + ") i");

            // Its envelopes are some 250 MB; the process has a heap of 128 MB and may hold 1 MB of a transaction.
            try (CaptureProcess process = new CaptureProcess(fixture, servers)) {
                CaptureFixture.waiting().until(() -> {
                    assertThat(process.isAlive()).isTrue();
                    return streamedEvents(fixture) == ROWS;
                });
            }

            assertThat(fixture.log().cuts().stream().filter(cut -> cut.kind() == Cut.Kind.STREAM && cut.events() > 0))
                    .singleElement()
                    .satisfies(cut -> assertThat(cut.transactions()).isEqualTo(1));
            try (Stream<Path> left = Files.list(fixture.settings().spillDirectory())) {
                assertThat(left).isEmpty();
            }
        }
    }

    private static long streamedEvents(CaptureFixture fixture) {
        List<Cut> cuts = fixture.log().cuts();
        return cuts.stream()
                .filter(cut -> cut.kind() == Cut.Kind.STREAM)
                .mapToLong(Cut::events)
                .sum();
    }
}
