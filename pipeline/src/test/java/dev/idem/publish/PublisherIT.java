package dev.idem.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.testing.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublisherIT {

    private static final Cut.SourceIdentity SOURCE = new Cut.SourceIdentity("7711", 1, "shop", "idem_shop");
    private static final Lsn FIRST = Lsn.parse("0/100");
    private static final Lsn SECOND = Lsn.parse("0/200");

    private final TestKafka kafka = TestKafka.start();

    @AfterAll
    void stopBroker() {
        kafka.close();
    }

    @Test
    @DisplayName("trap 18: what a capture holds that was overtaken never reaches the log")
    void overtaken_capture_publishes_nothing() {
        try (Publisher zombie = open("zombie")) {
            zombie.ensureTopics(List.of("zombie.s.t"));
            zombie.publish(batch(FIRST, "before"));
            try (Publisher successor = open("zombie")) {
                assertThat(successor.lastCut()).map(Cut::commitLsn).hasValue(FIRST);

                assertThatThrownBy(() -> zombie.publish(batch(SECOND, "from the grave")))
                        .isInstanceOfSatisfying(
                                PipelineException.class,
                                e -> assertThat(e.kind()).isEqualTo(ErrorKind.FENCED));

                Cut cut = successor.publish(batch(SECOND, "after"));
                assertThat(cut.number()).isEqualTo(2);
            }
        }
        try (Publisher reader = open("zombie")) {
            assertThat(reader.lastCut()).map(Cut::number).hasValue(2L);
        }
    }

    @Test
    void failed_batch_leaves_nothing_and_the_next_cut_says_so() {
        try (Publisher publisher = open("failed")) {
            publisher.ensureTopics(List.of("zombie.s.t"));
            LogBatch broken = new LogBatch(
                    Cut.Kind.STREAM,
                    1,
                    FIRST,
                    null,
                    1,
                    List.of(),
                    consumer -> {
                        consumer.accept(change("half"), FIRST, 1);
                        throw new IllegalStateException("spill file gone");
                    },
                    List.of());
            assertThatThrownBy(() -> publisher.publish(broken)).hasMessage("spill file gone");
        }
        try (Publisher publisher = open("failed")) {
            assertThat(publisher.lastCut()).isEmpty();
            assertThat(publisher.publish(batch(FIRST, "whole")).events()).isEqualTo(1);
        }
    }

    private Publisher open(String pipeline) {
        LogSettings settings = new LogSettings(
                Map.of("bootstrap.servers", kafka.bootstrapServers()), Map.of(), 1, (short) 1, Duration.ofDays(1));
        return Publisher.open(settings, new Topics(pipeline), SOURCE);
    }

    private static LogBatch batch(Lsn lsn, String value) {
        return new LogBatch(
                Cut.Kind.STREAM,
                1,
                lsn,
                null,
                1,
                List.of(),
                consumer -> consumer.accept(change(value), lsn, 1),
                List.of());
    }

    private static EncodedChange change(String value) {
        return new EncodedChange("zombie.s.t", null, value.getBytes(StandardCharsets.UTF_8), 1, null, false);
    }
}
