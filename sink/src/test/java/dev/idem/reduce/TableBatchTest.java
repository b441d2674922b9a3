package dev.idem.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TableBatchTest {

    private static final int BODY = 2;
    private static final int EXTRA = 3;

    private final TableBatch batch = new TableBatch(SourceHistory.TABLE, null);

    @Test
    void last_change_of_a_key_is_left_and_each_is_counted() {
        batch.add(row(1, at(100), "old"));
        batch.add(row(1, at(200), "new"));
        batch.add(row(2, at(150), "other"));

        assertThat(batch.events()).isEqualTo(3);
        assertThat(batch.keys()).isEqualTo(2);
        assertThat(batch.characters()).isPositive();
        assertThat(states(batch).keySet()).containsExactly(key(1), key(2));
        assertThat(state(1).value(BODY)).isEqualTo(ColumnValue.of("new"));
        assertThat(batch.highest()).isEqualTo(at(200));
    }

    @Test
    void batch_is_newer_than_what_lies_below_its_oldest_change() {
        assertThat(batch.isNewerThan(at(999))).isTrue();
        assertThat(batch.highest()).isNull();

        batch.add(row(1, at(200), "a"));
        batch.add(row(2, at(100), "b"));

        assertThat(batch.isNewerThan(at(99))).isTrue();
        assertThat(batch.isNewerThan(at(100))).isFalse();
        assertThat(batch.isNewerThan(at(150))).isFalse();
    }

    @Test
    void what_came_before_a_truncate_and_is_older_than_it_goes() {
        batch.add(row(1, at(100), "gone"));
        batch.add(row(2, at(300), "stays"));
        batch.add(new Change.Truncate(at(200)));

        assertThat(batch.floor()).isEqualTo(at(200));
        assertThat(states(batch).keySet()).containsExactly(key(2));
    }

    @Test
    void what_comes_late_and_is_older_than_a_truncate_does_not_exist() {
        batch.add(new Change.Truncate(at(200)));
        batch.add(row(1, at(100), "gone"));
        batch.add(row(2, at(300), "stays"));

        assertThat(states(batch).keySet()).containsExactly(key(2));
    }

    @Test
    void older_truncate_does_not_lower_the_floor() {
        batch.add(new Change.Truncate(at(200)));
        batch.add(row(1, at(150), "gone"));
        batch.add(new Change.Truncate(at(100)));

        assertThat(batch.floor()).isEqualTo(at(200));
        assertThat(batch.isNewerThan(at(120))).isFalse();
        assertThat(batch.keys()).isZero();
    }

    @Test
    void floor_that_the_table_has_already_is_kept_and_not_raised_again() {
        TableBatch known = new TableBatch(SourceHistory.TABLE, at(200));
        known.add(row(1, at(100), "gone"));

        assertThat(known.floor()).isNull();
        assertThat(known.keys()).isZero();

        known.raiseFloor(at(200));
        assertThat(known.floor()).isNull();
        known.raiseFloor(at(300));
        assertThat(known.floor()).isEqualTo(at(300));
    }

    @Test
    void rows_of_a_table_without_a_key_are_kept_in_order_above_the_floor() {
        batch.add(keyless(at(100), "gone"));
        batch.add(keyless(at(300), "a"));
        batch.add(new Change.Truncate(at(200)));
        batch.add(keyless(at(150), "gone"));
        batch.add(keyless(at(200), "b"));
        batch.add(keyless(at(250), "c"));

        assertThat(batch.keyless()).extracting(Change.Keyless::version).containsExactly(at(300), at(200), at(250));
    }

    @Test
    void key_change_takes_what_it_left_out_from_the_old_key() {
        batch.add(row(1, at(100), "body", "large"));
        batch.add(new Change.Delete(at(200, 1), key(1)));
        batch.add(moved(2, at(200, 2), "body", null, 1));

        assertThat(batch.carries()).isEmpty();
        assertThat(state(2).value(EXTRA)).isEqualTo(ColumnValue.of("large"));
        assertThat(state(2).isComplete()).isTrue();
        assertThat(state(1).isLive()).isFalse();
    }

    @Test
    void key_change_that_carries_everything_asks_for_nothing() {
        batch.add(new Change.Delete(at(200, 1), key(1)));
        batch.add(moved(2, at(200, 2), "body", "large", 1));

        assertThat(batch.carries()).isEmpty();
    }

    @Test
    void what_the_batch_does_not_know_is_asked_of_the_warehouse_under_the_old_key() {
        batch.add(new Change.Delete(at(200, 1), key(1)));
        batch.add(moved(2, at(200, 2), "body", null, 1));

        CarryRequest request = batch.carries().iterator().next();
        assertThat(request).isEqualTo(new CarryRequest(key(2), at(200, 2), key(1), null, null));

        batch.fill(request, EXTRA, ColumnValue.of("large"));
        assertThat(state(2).value(EXTRA)).isEqualTo(ColumnValue.of("large"));
        assertThat(state(2).isWhole()).isTrue();
    }

    @Test
    void key_that_changes_twice_is_looked_up_under_both_that_it_had() {
        batch.add(new Change.Delete(at(200, 1), key(1)));
        batch.add(moved(2, at(200, 2), "body", null, 1));
        batch.add(new Change.Delete(at(300, 1), key(2)));
        batch.add(moved(3, at(300, 2), "body", null, 2));

        CarryRequest first = new CarryRequest(key(2), at(200, 2), key(1), null, null);
        assertThat(batch.carries())
                .as("key 2 is no more")
                .containsExactly(new CarryRequest(key(3), at(300, 2), key(2), at(200, 2), first));
    }

    @Test
    void value_of_an_earlier_life_of_the_old_key_is_not_wanted() {
        batch.add(new Change.Delete(at(100), key(1)));
        batch.add(row(1, at(200), "body", null));
        batch.add(new Change.Delete(at(300, 1), key(1)));
        batch.add(moved(2, at(300, 2), "body", null, 1));

        assertThat(batch.carries()).containsExactly(new CarryRequest(key(2), at(300, 2), key(1), at(100), null));
    }

    @Test
    void truncate_takes_key_changes_below_it_and_what_they_ask_for() {
        batch.add(row(1, at(100), "body", "large"));
        batch.add(new Change.Delete(at(200, 1), key(1)));
        batch.add(moved(2, at(200, 2), "body", null, 3));
        batch.add(new Change.Truncate(at(300)));
        batch.add(moved(4, at(400), "body", null, 1));

        assertThat(states(batch).keySet()).containsExactly(key(4));
        assertThat(batch.carries()).containsExactly(new CarryRequest(key(4), at(400), key(1), null, null));
    }

    @Test
    void request_of_the_truncates_own_version_or_above_is_kept() {
        batch.add(moved(2, at(300), "body", null, 1));
        batch.add(new Change.Truncate(at(300)));

        assertThat(batch.carries()).hasSize(1);
        assertThat(batch.definition()).isEqualTo(SourceHistory.TABLE);
    }

    private KeyState state(int id) {
        return Objects.requireNonNull(states(batch).get(key(id)));
    }

    private static Map<RowKey, KeyState> states(TableBatch of) {
        Map<RowKey, KeyState> states = new LinkedHashMap<>();
        of.forEach(states::put);
        return states;
    }

    private static Change row(int id, Version version, String body) {
        return row(id, version, body, body);
    }

    private static Change row(int id, Version version, String body, @Nullable String extra) {
        return upsert(id, version, body, extra, Optional.empty());
    }

    private static Change moved(int id, Version version, String body, @Nullable String extra, int from) {
        return upsert(id, version, body, extra, Optional.of(key(from)));
    }

    private static Change upsert(
            int id, Version version, String body, @Nullable String extra, Optional<RowKey> movedFrom) {
        ColumnValue last = extra == null ? ColumnValue.UNAVAILABLE : ColumnValue.of(extra);
        Row row = Row.of(ColumnValue.of("" + id), ColumnValue.of("1"), ColumnValue.of(body), last);
        return new Change.Upsert(version, key(id), row, movedFrom);
    }

    private static Change keyless(Version version, String body) {
        return new Change.Keyless(version, null, Row.of(ColumnValue.of(body)));
    }

    private static RowKey key(int id) {
        return new RowKey(List.of("" + id));
    }

    private static Version at(long lsn) {
        return at(lsn, 1);
    }

    private static Version at(long lsn, long ordinal) {
        return new Version(1, new Lsn(lsn), ordinal);
    }
}
