package dev.idem.relation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.relation.ColumnNumbers.Column;
import dev.idem.relation.ColumnNumbers.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ColumnNumbersTest {

    private final List<Slot> slots = new ArrayList<>();

    @Test
    void columns_of_now_have_the_numbers_of_now() {
        live("id", "integer").live("v", "text");

        assertFound("id integer, v text", true, 1, 2);
    }

    @Test
    void columns_added_later_are_left_out() {
        live("id", "integer").live("v", "text").live("w", "text");

        assertFound("id integer, v text", true, 1, 2);
    }

    @Test
    void column_dropped_since_is_the_one_between_its_neighbours() {
        live("id", "integer").dropped().live("v", "text").dropped();

        assertFound("id integer, x date, v text", true, 1, 2, 3);
        assertFound("id integer, v text, y date", true, 1, 3, 4);
        assertFound("id integer, x date, v text, y date", true, 1, 2, 3, 4);
    }

    @Test
    void one_of_two_unknown_dropped_columns_is_not_certain() {
        live("id", "integer").dropped().dropped();

        assertThat(find("id integer, x date").certain()).isFalse();
        assertFound("id integer, x date, y date", true, 1, 2, 3);
    }

    @Test
    void earlier_names_tell_dropped_columns_apart() {
        live("id", "integer").dropped("x date").dropped("y date");

        assertFound("id integer, y date", true, 1, 3);
        assertFound("id integer, x date", true, 1, 2);
    }

    @Test
    void renamed_column_keeps_its_number() {
        live("id", "integer").live("new", "text").live("w", "date");

        assertFound("id integer, old text", true, 1, 2);
        assertFound("id integer, old text, w date", true, 1, 2, 3);
    }

    @Test
    void column_renamed_to_the_name_of_another_is_told_by_its_place() {
        live("key", "integer").live("id", "text");

        assertFound("id integer, w text", true, 1, 2);
    }

    @Test
    void generated_column_is_left_out() {
        live("id", "integer");
        slots.add(new Slot(2, Optional.of(new Column("g", "integer")), Set.of(), true));
        live("v", "text");

        assertFound("id integer, v text", true, 1, 3);
    }

    @Test
    void changed_type_keeps_the_number() {
        live("id", "bigint").live("v", "text");

        assertFound("id integer, v text", true, 1, 2);
    }

    @Test
    void table_that_nothing_is_known_of_is_numbered_and_not_certain() {
        assertFound("id integer, v text", false, 1, 2);
        assertThat(ColumnNumbers.find(List.of(), List.of()).certain()).isTrue();
    }

    @Test
    void wide_table_is_matched() {
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= 1600; i++) {
            live("c" + i, "integer");
            columns.add(new Column("c" + i, "integer"));
        }

        assertThat(ColumnNumbers.find(columns, slots).numbers()).hasSize(1600).endsWith(1600);
    }

    private ColumnNumbersTest live(String name, String type) {
        slots.add(new Slot(slots.size() + 1, Optional.of(new Column(name, type)), Set.of(), false));
        return this;
    }

    private ColumnNumbersTest dropped(String... earlier) {
        Set<Column> columns = new java.util.HashSet<>(columns(String.join(", ", earlier)));
        slots.add(new Slot(slots.size() + 1, Optional.empty(), columns, false));
        return this;
    }

    private static List<Column> columns(String text) {
        List<Column> columns = new ArrayList<>();
        for (String column : text.split(", ", -1)) {
            int blank = column.indexOf(' ');
            if (blank > 0) {
                columns.add(new Column(column.substring(0, blank), column.substring(blank + 1)));
            }
        }
        return columns;
    }

    private ColumnNumbers.Found find(String columns) {
        return ColumnNumbers.find(columns(columns), slots);
    }

    private void assertFound(String columns, boolean certain, Integer... numbers) {
        ColumnNumbers.Found found = find(columns);
        assertThat(found.numbers()).as(columns).containsExactly(numbers);
        assertThat(found.certain()).as(columns).isEqualTo(certain);
    }
}
