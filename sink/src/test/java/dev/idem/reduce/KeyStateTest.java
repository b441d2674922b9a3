package dev.idem.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Row;
import dev.idem.change.Version;
import org.junit.jupiter.api.Test;

/** Single states, and what the laws of KeyStatePropertyTest leave open. */
class KeyStateTest {

    private static final Version FIRST = at(100);
    private static final Version SECOND = at(200);
    private static final Version THIRD = at(300);

    private final KeyState whole = KeyState.upserted(FIRST, Row.of(ColumnValue.of("1"), ColumnValue.of("large")));
    private final KeyState partial = KeyState.upserted(SECOND, Row.of(ColumnValue.of("2"), ColumnValue.UNAVAILABLE));

    @Test
    void update_that_leaves_a_value_out_lacks_it_until_an_older_change_brings_it() {
        assertThat(partial.isLive()).isTrue();
        assertThat(partial.isComplete()).isFalse();
        assertThat(partial.isWhole()).isFalse();
        assertThat(partial.carrier(1)).isNull();

        KeyState both = partial.merge(whole);

        assertThat(both.rowVersion()).isEqualTo(SECOND);
        assertThat(both.value(0)).isEqualTo(ColumnValue.of("2"));
        assertThat(both.value(1)).isEqualTo(ColumnValue.of("large"));
        assertThat(both.carrier(0)).isEqualTo(SECOND);
        assertThat(both.carrier(1)).isEqualTo(FIRST);
        assertThat(both.isComplete()).isFalse();
        assertThat(both.isWhole()).isTrue();
    }

    @Test
    void delete_leaves_no_row_and_is_remembered_behind_a_younger_one() {
        KeyState deleted = KeyState.deleted(SECOND);

        assertThat(deleted.isLive()).isFalse();
        assertThat(deleted.isComplete()).isFalse();
        assertThat(deleted.isWhole()).isFalse();
        assertThat(deleted.columns()).isZero();
        assertThat(deleted.merge(whole).isLive()).isFalse();

        KeyState again = deleted.merge(KeyState.upserted(THIRD, Row.of(ColumnValue.of("3"), ColumnValue.NULL)));
        assertThat(again.isLive()).isTrue();
        assertThat(again.deletedAt()).isEqualTo(SECOND);
        assertThat(again.isComplete()).isTrue();
    }

    @Test
    void value_from_before_the_delete_is_not_inherited() {
        KeyState delete = KeyState.deleted(at(150));

        KeyState again = whole.merge(delete).merge(partial);

        assertThat(again.rowVersion()).isEqualTo(SECOND);
        assertThat(again.value(1)).isEqualTo(ColumnValue.UNAVAILABLE);
        assertThat(again.carrier(1)).isNull();
        assertThat(whole.merge(partial).merge(delete)).isEqualTo(again);
        assertThat(whole.merge(partial.merge(delete))).isEqualTo(again);
    }

    @Test
    void a_floor_keeps_what_has_its_own_version() {
        assertThat(whole.above(FIRST)).isEqualTo(whole);
        assertThat(whole.above(SECOND)).isNull();
        assertThat(KeyState.deleted(FIRST).above(FIRST)).isEqualTo(KeyState.deleted(FIRST));
        assertThat(KeyState.deleted(FIRST).above(SECOND)).isNull();
    }

    @Test
    void a_floor_takes_the_columns_that_older_changes_carried() {
        KeyState both = whole.merge(partial);

        KeyState left = both.above(at(150));

        assertThat(left).isEqualTo(partial);
        assertThat(both.above(FIRST)).isEqualTo(both);
    }

    @Test
    void a_floor_above_the_row_leaves_its_delete() {
        KeyState state = KeyState.deleted(THIRD).merge(whole);

        assertThat(state.above(SECOND)).isEqualTo(KeyState.deleted(THIRD));
    }

    @Test
    void found_value_fills_what_nothing_carried_and_nothing_else() {
        KeyState filled = partial.filled(1, ColumnValue.of("found"), SECOND);

        assertThat(filled.value(1)).isEqualTo(ColumnValue.of("found"));
        assertThat(filled.isComplete()).isTrue();
        assertThat(partial.isComplete()).isFalse();
        assertThat(whole.filled(1, ColumnValue.of("found"), SECOND)).isEqualTo(whole);
        assertThat(KeyState.deleted(FIRST)
                        .filled(0, ColumnValue.of("found"), SECOND)
                        .isLive())
                .isFalse();
    }

    @Test
    void found_value_does_not_take_the_place_of_one_that_is_as_young() {
        KeyState both = whole.merge(partial);

        assertThat(both.filled(1, ColumnValue.of("found"), FIRST)).isEqualTo(both);
        assertThat(both.filled(1, ColumnValue.of("found"), at(150)).value(1)).isEqualTo(ColumnValue.of("found"));
        assertThat(both.filled(1, ColumnValue.of("found"), at(150)).isComplete())
                .isFalse();
    }

    @Test
    void states_are_equal_where_everything_in_them_is() {
        assertThat(whole).isEqualTo(KeyState.upserted(FIRST, Row.of(ColumnValue.of("1"), ColumnValue.of("large"))));
        assertThat(whole).hasSameHashCodeAs(whole.merge(whole));
        assertThat(whole).isNotEqualTo(KeyState.upserted(SECOND, Row.of(ColumnValue.of("1"), ColumnValue.of("large"))));
        assertThat(whole).isNotEqualTo(KeyState.upserted(FIRST, Row.of(ColumnValue.of("1"), ColumnValue.of("small"))));
        assertThat(partial).isNotEqualTo(partial.filled(1, ColumnValue.UNAVAILABLE, FIRST));
        assertThat(KeyState.deleted(FIRST)).isNotEqualTo(KeyState.deleted(SECOND));
        assertThat(KeyState.deleted(FIRST)).isNotEqualTo(FIRST);
        assertThat(whole.hashCode()).isNotEqualTo(partial.hashCode());
    }

    @Test
    void text_tells_versions_and_no_values() {
        assertThat(whole.merge(KeyState.deleted(at(50))))
                .hasToString("KeyState[deletedAt=1/0/32/1, rowVersion=1/0/64/1, complete=true]");
    }

    private static Version at(long lsn) {
        return new Version(1, new Lsn(lsn), 1);
    }
}
