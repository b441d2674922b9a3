package dev.idem.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut.OffsetRange;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SentRangesTest {

    private final SentRanges sent = new SentRanges();

    @Test
    void range_of_a_partition_holds_every_offset_that_was_written() {
        completed("orders", 0, 7);
        completed("orders", 0, 9);
        completed("orders", 0, 8);
        completed("orders", 1, 3);
        completed("lines", 0, 0);

        assertThat(sent.fault()).isEmpty();
        assertThat(sent.written())
                .isEqualTo(Map.of(
                        "orders",
                        Map.of(0, new OffsetRange(7, 10), 1, new OffsetRange(3, 4)),
                        "lines",
                        Map.of(0, new OffsetRange(0, 1))));
    }

    @Test
    void fault_of_a_send_is_told_and_the_first_one_stays() {
        IllegalStateException first = new IllegalStateException("first");
        sent.completed(metadata("orders", 0, -1), first);
        sent.completed(metadata("orders", 0, -1), new IllegalStateException("second"));
        completed("orders", 0, 7);

        assertThat(sent.fault()).contains(first);
        assertThat(sent.written()).isEqualTo(Map.of("orders", Map.of(0, new OffsetRange(7, 8))));
    }

    private void completed(String topic, int partition, long offset) {
        sent.completed(metadata(topic, partition, offset), null);
    }

    private static RecordMetadata metadata(String topic, int partition, long offset) {
        return new RecordMetadata(new TopicPartition(topic, partition), offset, 0, 0, 0, 0);
    }
}
