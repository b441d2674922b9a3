package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApplyLoopTest {

    @Test
    void cut_that_is_not_the_next_one_is_refused() {
        assertThat(ApplyLoop.isNext(cut(8, Cut.Kind.STREAM), 7)).isTrue();
        assertThat(ApplyLoop.isNext(cut(9, Cut.Kind.STREAM), 7)).isFalse();
        assertThat(ApplyLoop.isNext(cut(7, Cut.Kind.STREAM), 7)).isFalse();
        assertThat(ApplyLoop.isNext(cut(9, Cut.Kind.SNAPSHOT_STARTED), 7)).isFalse();
    }

    @Test
    void warehouse_that_holds_nothing_begins_with_any_snapshot() {
        assertThat(ApplyLoop.isNext(cut(9, Cut.Kind.SNAPSHOT_STARTED), 0)).isTrue();
        assertThat(ApplyLoop.isNext(cut(9, Cut.Kind.STREAM), 0)).isFalse();
        assertThat(ApplyLoop.isNext(cut(1, Cut.Kind.STREAM), 0)).isTrue();
    }

    private static Cut cut(long number, Cut.Kind kind) {
        Cut.SourceIdentity source = new Cut.SourceIdentity("1", 1, "test", "idem_test");
        return new Cut(number, kind, 1, new Lsn(100), null, 0, 0, Map.of(), source, List.of());
    }
}
