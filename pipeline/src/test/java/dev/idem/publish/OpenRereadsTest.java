package dev.idem.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.RereadRequest;
import dev.idem.change.TableId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OpenRereadsTest {

    private static final TableId TABLE = new TableId("public", "orders");

    private final OpenRereads rereads = new OpenRereads(List.of());

    @Test
    void request_made_while_the_table_is_being_read_stays_open() {
        rereads.request(new RereadRequest(TABLE, "first"));
        long begun = begun();
        rereads.request(new RereadRequest(TABLE, "second"));

        assertThat(rereads.isAnsweredBy(TABLE, begun)).isFalse();
        rereads.done(Map.of(TABLE, begun));
        assertThat(rereads.all()).containsKey(TABLE);

        rereads.done(Map.of(TABLE, begun()));
        assertThat(rereads.all()).isEmpty();
        assertThat(rereads.isAnsweredBy(TABLE, begun)).isTrue();
    }

    @Test
    void request_is_written_until_the_log_holds_it_as_it_is() {
        RereadRequest first = new RereadRequest(TABLE, "first");
        rereads.request(first);
        assertThat(rereads.unwritten()).containsExactly(first);

        rereads.request(new RereadRequest(TABLE, "second"));
        rereads.written(List.of(new RereadRequest(TABLE, "other")));
        assertThat(rereads.unwritten()).hasSize(1);

        rereads.written(rereads.unwritten());
        assertThat(rereads.unwritten()).isEmpty();
        assertThat(rereads.all()).containsKey(TABLE);
    }

    @Test
    void request_that_the_log_held_is_open_and_need_not_be_written_again() {
        OpenRereads found = new OpenRereads(List.of(new RereadRequest(TABLE, "found")));

        assertThat(found.all()).containsKey(TABLE);
        assertThat(found.unwritten()).isEmpty();
        assertThat(found.reason(TABLE)).isEqualTo("found");
        assertThat(found.rows(TABLE)).isEmpty();
    }

    private long begun() {
        return Objects.requireNonNull(rereads.all().get(TABLE));
    }
}
