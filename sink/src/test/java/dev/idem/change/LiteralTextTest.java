package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The texts are those that PostgreSQL prints. */
class LiteralTextTest {

    @Test
    void plain_elements_come_in_their_order_and_null_is_none() {
        assertThat(elements("{a,NULL,b c}")).containsExactly("a", "b c");
    }

    @Test
    void quoted_elements_keep_what_would_divide_them() {
        assertThat(elements("{\"a,b\",\"c\\\"d\\\\\",\"NULL\",\"\",\"{}\"}"))
                .containsExactly("a,b", "c\"d\\", "NULL", "", "{}");
    }

    @Test
    void dimensions_and_bounds_are_looked_through_and_stay() {
        assertThat(elements("[0:1][1:2]={{a,b},{c,NULL}}")).containsExactly("a", "b", "c");
        assertThat(LiteralText.mapElements("[0:1][1:2]={{a,b},{c,NULL}}", text -> text + "\"\\"))
                .isEqualTo("[0:1][1:2]={{\"a\\\"\\\\\",\"b\\\"\\\\\"},{\"c\\\"\\\\\",NULL}}");
    }

    @Test
    void empty_array_has_no_elements() {
        assertThat(elements("{}")).isEmpty();
    }

    @Test
    void fields_of_a_record_are_told_from_null() {
        assertThat(LiteralText.fields("(,\"\",a b,\"c, (d) \"\"e\"\" \\\\\",)"))
                .isEqualTo(Arrays.asList(null, "", "a b", "c, (d) \"e\" \\", null));
        assertThat(LiteralText.fields("()")).isEqualTo(Arrays.asList((String) null));
    }

    @Test
    void record_is_what_its_fields_make() {
        List<String> fields = Arrays.asList(null, "", "a \"b\" \\ c", "(1,\"2\")", null);

        assertThat(LiteralText.fields(LiteralText.record(fields))).isEqualTo(fields);
    }

    @Test
    void bounds_of_ranges_are_replaced_and_infinite_ones_are_none() {
        assertThat(LiteralText.mapBounds("[a,\"b, c\")", text -> text + "!")).isEqualTo("[\"a!\",\"b, c!\")");
        assertThat(LiteralText.mapBounds("(,a]", text -> text + "!")).isEqualTo("(,\"a!\"]");
        assertThat(LiteralText.mapBounds("[\"\",)", text -> text + "!")).isEqualTo("[\"!\",)");
        assertThat(LiteralText.mapBounds("empty", text -> text + "!")).isEqualTo("empty");
        assertThat(LiteralText.mapRanges("{[a,b),(c,]}", text -> text + "!")).isEqualTo("{[\"a!\",\"b!\"),(\"c!\",]}");
        assertThat(LiteralText.mapRanges("{}", text -> text + "!")).isEqualTo("{}");
    }

    private static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        LiteralText.mapElements(array, text -> {
            elements.add(text);
            return text;
        });
        return elements;
    }
}
