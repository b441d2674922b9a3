package dev.idem.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.TargetTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvolutionTest {

    private static final ColumnDefinition ID = ColumnDefinition.plain("id", "bigint", 1, true, false);

    private static TableDefinition definition(long since, ColumnDefinition... columns) {
        return new TableDefinition(
                        new TableId("s", "t"),
                        1,
                        16_384,
                        List.of(columns),
                        List.of("id"),
                        ReplicaIdentity.DEFAULT,
                        List.of())
                .numbered((int) since, new Version(1, new Lsn(since), 0));
    }

    private static ColumnDefinition text(String name, int number) {
        return ColumnDefinition.plain(name, "text", number, false, true);
    }

    private static Map<String, ExistingColumn> present(TableDefinition definition) {
        Map<String, ExistingColumn> present = new LinkedHashMap<>();
        definition
                .columns()
                .forEach(column -> present.put(
                        column.name(),
                        new ExistingColumn(column.name(), column.type(), column.notNull(), false, false, false)));
        return present;
    }

    private static List<String> statements(TableDefinition from, TableDefinition to) {
        return statements(from, to, DroppedColumns.KEEP);
    }

    private static List<String> statements(TableDefinition from, TableDefinition to, DroppedColumns dropped) {
        var columns = from.columns().stream().map(TargetShape::column).toList();
        return Evolution.statements(
                new TargetTable("s", "t", columns, List.of(columns.get(0)), 7, List.of()),
                present(from),
                from,
                to,
                dropped);
    }

    @Test
    void column_added_with_a_default_gives_earlier_rows_the_value_that_the_source_remembers() {
        ColumnDefinition added = new ColumnDefinition("n", "integer", 2, true, false, null, null, "it's 7");

        assertThat(statements(definition(10, ID), definition(20, ID, added)))
                .containsExactly(
                        "alter table \"s\".\"t\" add column \"n\" integer default 'it''s 7'::integer",
                        "alter table \"s\".\"t\" alter column \"n\" drop default");
    }

    @Test
    void column_dropped_and_added_again_under_its_name_leaves_the_old_one_aside() {
        assertThat(statements(definition(10, ID, text("c", 2)), definition(20, ID, text("c", 3))))
                .filteredOn(statement -> statement.startsWith("alter"))
                .containsExactly(
                        "alter table \"s\".\"t\" rename column \"c\" to \"c_dropped\"",
                        "alter table \"s\".\"t\" add column \"c\" text");
    }

    @Test
    void column_dropped_where_columns_are_to_be_dropped_goes_and_its_name_is_free() {
        assertThat(statements(
                        definition(10, ID, text("c", 2), text("d", 4)),
                        definition(20, ID, text("c", 3), text("d", 4)),
                        DroppedColumns.DROP))
                .containsSubsequence(
                        "alter table \"s\".\"t\" drop column \"c\"", "alter table \"s\".\"t\" add column \"c\" text")
                .filteredOn(statement -> statement.startsWith("alter"))
                .hasSize(2);
    }

    @Test
    void column_that_somebody_made_wider_stays_as_it_is() {
        ColumnDefinition narrow = ColumnDefinition.plain("n", "character varying(5)", 2, false, true);
        ColumnDefinition wider = ColumnDefinition.plain("n", "character varying(9)", 2, false, true);
        TableDefinition from = definition(10, ID, narrow);
        Map<String, ExistingColumn> present = present(from);
        present.put("n", new ExistingColumn("n", "text", false, false, false, false));

        assertThat(Evolution.statements(
                        new TargetTable(
                                "s",
                                "t",
                                List.of(TargetShape.column(ID)),
                                List.of(TargetShape.column(ID)),
                                7,
                                List.of()),
                        present,
                        from,
                        definition(20, ID, wider),
                        DroppedColumns.KEEP))
                .isEmpty();
    }

    @Test
    void name_of_63_bytes_is_moved_aside_within_63_bytes() {
        String name = "ä".repeat(31) + "x";

        assertThat(statements(definition(10, ID, text(name, 2)), definition(20, ID, text(name, 3)))
                        .get(1))
                .endsWith("to \"" + "ä".repeat(27) + "_dropped\"");
    }

    @Test
    void columns_that_exchange_their_names_are_renamed_by_way_of_free_names() {
        assertThat(statements(
                        definition(10, ID, text("a", 2), text("b", 3)), definition(20, ID, text("b", 2), text("a", 3))))
                .filteredOn(statement -> statement.startsWith("alter"))
                .containsExactly(
                        "alter table \"s\".\"t\" rename column \"a\" to \"a_renamed\"",
                        "alter table \"s\".\"t\" rename column \"b\" to \"b_renamed\"",
                        "alter table \"s\".\"t\" rename column \"a_renamed\" to \"b\"",
                        "alter table \"s\".\"t\" rename column \"b_renamed\" to \"a\"");
    }

    @Test
    void row_from_before_a_column_has_the_value_that_the_source_remembers_or_null() {
        ColumnDefinition remembered = new ColumnDefinition("n", "integer", 3, true, false, null, null, "7");
        TableDefinition old = definition(10, ID);
        TableDefinition young = definition(20, ID, text("c", 2), remembered);

        Row row = RowMapping.between(old, young, List.of()).map(Row.of(ColumnValue.of("1")));

        assertThat(row).isEqualTo(Row.of(ColumnValue.of("1"), ColumnValue.NULL, ColumnValue.of("7")));
    }

    @Test
    void row_of_a_younger_definition_lacks_what_was_dropped() {
        TableDefinition with = definition(10, ID, text("c", 2));
        TableDefinition without = definition(20, ID);

        assertThat(RowMapping.between(without, with, List.of()).map(Row.of(ColumnValue.of("1"))))
                .isEqualTo(Row.of(ColumnValue.of("1"), ColumnValue.UNAVAILABLE));
    }

    @Test
    void value_of_a_dropped_column_is_not_inherited_by_one_of_its_name() {
        TableDefinition old = definition(10, ID, text("c", 2));
        TableDefinition young = definition(20, ID, text("c", 3));

        assertThat(RowMapping.between(old, young, List.of()).map(Row.of(ColumnValue.of("1"), ColumnValue.of("old"))))
                .isEqualTo(Row.of(ColumnValue.of("1"), ColumnValue.NULL));
    }
}
