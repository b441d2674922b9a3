package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrayTextTest {

    @Test
    void plain_elements_come_in_their_order_and_null_is_none() {
        assertThat(ArrayText.elements("{a,NULL,b c}")).containsExactly("a", "b c");
    }

    @Test
    void quoted_elements_keep_what_would_divide_them() {
        assertThat(ArrayText.elements("{\"a,b\",\"c\\\"d\\\\\",\"NULL\",\"\",\"{}\"}"))
                .containsExactly("a,b", "c\"d\\", "NULL", "", "{}");
    }

    @Test
    void dimensions_and_bounds_are_looked_through() {
        assertThat(ArrayText.elements("[0:1][1:2]={{a,b},{c,d}}")).containsExactly("a", "b", "c", "d");
    }

    @Test
    void empty_array_has_no_elements() {
        assertThat(ArrayText.elements("{}")).isEmpty();
    }
}
