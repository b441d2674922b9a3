package dev.idem.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventLimitTest {

    @Test
    void heap_bounds_events_and_not_topics_which_outlive_it() {
        EventLimit small = EventLimit.within(256 << 20, 512L << 20);

        assertThat(small.bytes()).isEqualTo(64 << 20);
        assertThat(small.topicRecordBytes()).isGreaterThan(256 << 20);
        assertThat(EventLimit.within(256 << 20, 8L << 30).bytes()).isEqualTo(256 << 20);
        assertThat(EventLimit.within(1 << 30, 8L << 30).topicRecordBytes()).isGreaterThan(1 << 30);
    }
}
