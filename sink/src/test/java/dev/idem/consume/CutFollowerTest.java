package dev.idem.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Lsn;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** How many cuts are handed out together. */
class CutFollowerTest {

    private static final Topics TOPICS = new Topics("p");
    private static final TopicPartition PARTITION = new TopicPartition(TOPICS.progress(), 0);

    @Test
    void cuts_of_many_tables_are_handed_out_apart() {
        try (CutFollower follower = following(written(0, 120), written(60, 180), told(150, 220), written(0, 500))) {
            assertThat(next(follower)).as("180 tables, then 40 more").containsExactly(1L, 2L);
            assertThat(next(follower)).as("70 tables, then 430 more").containsExactly(3L);
            assertThat(next(follower)).as("one cut cannot be cut").containsExactly(4L);
        }
    }

    private static List<Long> next(CutFollower follower) {
        return follower.poll(Duration.ZERO, 10, 1_000_000).stream()
                .map(positioned -> positioned.cut().number())
                .toList();
    }

    private static Cut written(int from, int to) {
        Map<String, Map<Integer, Cut.OffsetRange>> ranges = new TreeMap<>();
        IntStream.range(from, to).forEach(i -> ranges.put(TOPICS.of(table(i)), Map.of(0, new Cut.OffsetRange(0, 1))));
        return cut(ranges, List.of());
    }

    private static Cut told(int from, int to) {
        return cut(
                Map.of(),
                IntStream.range(from, to)
                        .mapToObj(i -> new Cut.TableState(table(i), 1, 0, Lsn.parse("0/1")))
                        .toList());
    }

    private static TableId table(int i) {
        return new TableId("s", "t" + i);
    }

    private static Cut cut(Map<String, Map<Integer, Cut.OffsetRange>> ranges, List<Cut.TableState> tables) {
        return new Cut(
                1,
                Cut.Kind.SNAPSHOT,
                1,
                Lsn.parse("0/1"),
                null,
                0,
                ranges.size(),
                ranges,
                new Cut.SourceIdentity("1", 1, "d", "s"),
                tables);
    }

    private static CutFollower following(Cut... cuts) {
        MockConsumer<byte[], byte[]> log = new MockConsumer<>("earliest");
        log.updatePartitions(PARTITION.topic(), List.of(new PartitionInfo(PARTITION.topic(), 0, null, null, null)));
        log.updateBeginningOffsets(Map.of(PARTITION, 0L));
        CutFollower follower = new CutFollower((clientId, isolation) -> log, TOPICS, "test");
        follower.seek(0);
        CutCodec codec = new CutCodec();
        for (int i = 0; i < cuts.length; i++) {
            Cut cut = cuts[i];
            Cut numbered = new Cut(
                    i + 1,
                    cut.kind(),
                    cut.epoch(),
                    cut.commitLsn(),
                    cut.commitTime(),
                    cut.transactions(),
                    cut.events(),
                    cut.ranges(),
                    cut.source(),
                    cut.tables());
            log.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, i, new byte[0], codec.encode(numbered)));
        }
        return follower;
    }
}
