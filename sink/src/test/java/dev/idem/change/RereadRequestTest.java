package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RereadRequestTest {

    private static final TableId TABLE = new TableId("public", "a.b");

    @Test
    void what_is_encoded_is_decoded_with_every_character_of_the_keys() {
        RereadRequest rows = rows(List.of("a", "b"), List.of(List.of("it's \u00e9 \t \\", ""), List.of("2", "null")));

        assertThat(RereadRequest.decode(rows.encode())).isEqualTo(rows);
        RereadRequest table = new RereadRequest(TABLE, "why");
        assertThat(RereadRequest.decode(table.encode())).isEqualTo(table);
    }

    @Test
    void rows_of_two_requests_are_read_together_each_once() {
        RereadRequest both = rows(List.of("id"), List.of(List.of("1"), List.of("2")))
                .and(rows(List.of("id"), List.of(List.of("2"), List.of("3"))));

        assertThat(both.rows().orElseThrow().keys()).containsExactly(List.of("1"), List.of("2"), List.of("3"));
    }

    @Test
    void whole_table_answers_requests_for_rows_whichever_comes_first() {
        RereadRequest rows = rows(List.of("id"), List.of(List.of("1")));
        RereadRequest table = new RereadRequest(TABLE, "it is new");

        assertThat(table.and(rows)).isEqualTo(table);
        assertThat(rows.and(table)).isEqualTo(table);
    }

    @Test
    void too_many_rows_and_rows_by_another_key_are_read_as_the_table() {
        RereadRequest many = rows(
                List.of("id"),
                IntStream.range(0, RereadRequest.MOST_ROWS)
                        .mapToObj(i -> List.of(String.valueOf(i)))
                        .toList());

        assertThat(many.and(rows(List.of("id"), List.of(List.of("-1")))).rows()).isEmpty();
        assertThat(many.and(rows(List.of("other"), List.of(List.of("1")))).rows())
                .isEmpty();
    }

    @Test
    void key_of_another_width_is_malformed_and_its_values_are_not_told() {
        byte[] text =
                "{\"schema\":\"s\",\"table\":\"t\",\"reason\":\"r\",\"columns\":[\"a\"],\"keys\":[[\"secret\",\"2\"]]}"
                        .getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> RereadRequest.decode(text))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("a key of 2 values (expected: 1")
                .hasMessageNotContaining("secret");
    }

    private static RereadRequest rows(List<String> columns, List<List<String>> keys) {
        return new RereadRequest(TABLE, "why", Optional.of(new RowKeys(columns, keys)));
    }
}
