package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LsnTest {

    @Test
    void text_is_that_of_postgresql_without_leading_zeros() {
        assertThat(new Lsn(0x16B3748L)).hasToString("0/16B3748");
        assertThat(new Lsn(0x1_0000_0000L)).hasToString("1/0");
        assertThat(new Lsn(0xABCDEF01_23456789L)).hasToString("ABCDEF01/23456789");
        assertThat(new Lsn(0xFL)).hasToString("0/F");
        assertThat(new Lsn(0x10L)).hasToString("0/10");
        assertThat(Lsn.ZERO).hasToString("0/0");
    }

    @Test
    void text_is_read_in_either_case_and_with_leading_zeros() {
        assertThat(Lsn.parse("0/16b3748")).isEqualTo(new Lsn(0x16B3748L));
        assertThat(Lsn.parse("00000001/00000000")).isEqualTo(new Lsn(0x1_0000_0000L));
        assertThat(Lsn.parse("FFFFFFFF/FFFFFFFF")).isEqualTo(new Lsn(-1));
    }

    @Test
    void other_texts_are_malformed() {
        for (String text : List.of("", "/", "0", "0/", "/0", "0/0/0", "0/G", "-1/0", "123456789/0", "0/123456789")) {
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> Lsn.parse(text))
                    .withMessageContaining("LSN: '" + text + "' (expected: ");
        }
    }

    @Test
    void distance_is_negative_where_the_other_lies_behind() {
        assertThat(new Lsn(0x300).bytesSince(new Lsn(0x100))).isEqualTo(0x200);
        assertThat(new Lsn(0x100).bytesSince(new Lsn(0x300))).isEqualTo(-0x200);
    }
}
