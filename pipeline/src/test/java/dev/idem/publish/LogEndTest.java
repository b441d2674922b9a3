package dev.idem.publish;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.change.Lsn;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.time.Instant;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogEndTest {

    private static final Instant COMMIT = Instant.ofEpochSecond(1_000);
    private static final Lsn END = new Lsn(200);

    private final LogEnd end = new LogEnd(new StreamStart(1, END, COMMIT, new Lsn(100)));

    @Test
    void stream_that_passes_the_end_of_the_log_by_is_of_another_history() {
        end.arrived(new Lsn(150), COMMIT);

        refused(end, new Lsn(250), COMMIT);
    }

    @Test
    void other_transaction_at_the_end_of_the_log_is_of_another_history() {
        refused(end, END, COMMIT.plusSeconds(1));
    }

    @Test
    void stream_that_comes_by_the_end_of_the_log_goes_on_behind_it() {
        end.arrived(END, COMMIT);

        assertThatCode(() -> end.arrived(new Lsn(250), COMMIT.plusSeconds(1))).doesNotThrowAnyException();
    }

    @Test
    void message_at_the_end_of_the_log_has_no_time_to_compare() {
        assertThatCode(() -> end.arrived(END, null)).doesNotThrowAnyException();
    }

    @Test
    void slot_at_the_end_of_the_log_does_not_send_it_again() {
        LogEnd confirmed = new LogEnd(new StreamStart(1, END, COMMIT, END));

        assertThatCode(() -> confirmed.arrived(new Lsn(250), COMMIT)).doesNotThrowAnyException();
    }

    private static void refused(LogEnd end, Lsn position, @Nullable Instant commitTime) {
        assertThatThrownBy(() -> end.arrived(position, commitTime))
                .hasMessageContaining("the log ends at 0/C8")
                .asInstanceOf(InstanceOfAssertFactories.type(PipelineException.class))
                .extracting(PipelineException::kind)
                .isEqualTo(ErrorKind.HISTORY_BROKEN);
    }
}
