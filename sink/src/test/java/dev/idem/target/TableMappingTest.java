package dev.idem.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.change.TableId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableMappingTest {

    private static final TableId ORDERS = new TableId("shop", "orders");

    private static TableMapping format(String format) {
        return new TableMapping(Map.of(), format, Map.of());
    }

    @Test
    void table_keeps_its_name_where_nothing_is_set() {
        assertThat(TableMapping.identity().of(ORDERS)).isEqualTo(ORDERS);
    }

    @Test
    void several_schemas_go_into_one_under_names_of_their_own() {
        assertThat(format("dwh.${schema}_${table}").of(ORDERS)).isEqualTo(new TableId("dwh", "shop_orders"));
    }

    @Test
    void named_table_goes_where_it_is_told_and_others_where_their_schema_goes() {
        TableMapping mapping = new TableMapping(
                Map.of("shop", "sales"), TableMapping.UNCHANGED, Map.of(ORDERS, new TableId("other", "o")));

        assertThat(mapping.of(ORDERS)).isEqualTo(new TableId("other", "o"));
        assertThat(mapping.of(new TableId("shop", "items"))).isEqualTo(new TableId("sales", "items"));
        assertThat(mapping.of(new TableId("hr", "items"))).isEqualTo(new TableId("hr", "items"));
    }

    @Test
    void name_that_reads_like_a_placeholder_or_has_a_dot_stays_as_it_is() {
        assertThat(format("${schema}.x_${table}").of(new TableId("${table}", "a.b")))
                .isEqualTo(new TableId("${table}", "x_a.b"));
    }

    @Test
    void format_without_the_table_or_without_a_schema_is_none() {
        for (String text : List.of("", "${table}", "a.b", "${schema}.x", "a.${table}.c", ".${table}", "a.${tabel}")) {
            assertThat(TableMapping.isFormat(text)).as(text).isFalse();
        }
        assertThatThrownBy(() -> format("a.b")).hasMessageContaining("a.b");
    }

    @Test
    void tables_that_would_share_a_name_are_told_with_it() {
        TableId other = new TableId("hr", "orders");

        assertThat(format("dwh.${table}").collisions(List.of(ORDERS, other, new TableId("hr", "people"))))
                .isEqualTo(Map.of(new TableId("dwh", "orders"), Set.of(ORDERS, other)));
    }

    @Test
    void names_that_postgresql_would_cut_and_schemas_of_others_are_no_places() {
        assertThat(format("${schema}.prefix_${table}").obstacle(new TableId("s", "t".repeat(60))))
                .get()
                .asString()
                .contains("63 bytes");
        assertThat(format("idem.${table}").obstacle(ORDERS)).isPresent();
        assertThat(format("pg_catalog.${table}").obstacle(ORDERS)).isPresent();
        assertThat(TableMapping.identity().obstacle(ORDERS)).isEmpty();
    }
}
