package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionTest {

    /** Each is older than the next. */
    private static final List<Version> RISING = List.of(
            version("1/0/16B3748/0"),
            version("1/0/16B3748/1"),
            version("1/0/16B3748/10"),
            version("1/0/16B3749/1"),
            version("1/0/FFFFFFFF/1"),
            version("1/1/0/1"),
            version("1/7FFFFFFF/FFFFFFFF/1"),
            version("1/80000000/0/1"),
            version("1/FFFFFFFF/FFFFFFFF/9"),
            version("2/0/1/0"),
            version("10/0/1/0"));

    @Test
    void epoch_goes_before_position_and_position_before_ordinal() {
        List<Version> shuffled = new ArrayList<>(RISING);
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);

        assertThat(shuffled).isEqualTo(RISING);
    }

    @Test
    void positions_are_compared_as_unsigned_numbers() {
        Lsn below = Lsn.parse("7FFFFFFF/FFFFFFFF");
        Lsn above = Lsn.parse("80000000/0");

        assertThat(above).isGreaterThan(below);
        assertThat(new Version(1, above, 1).isAfter(new Version(1, below, 1))).isTrue();
    }

    @Test
    void version_is_neither_before_nor_after_itself() {
        for (int i = 0; i < RISING.size(); i++) {
            for (int j = 0; j < RISING.size(); j++) {
                assertThat(RISING.get(i).isBefore(RISING.get(j))).isEqualTo(i < j);
                assertThat(RISING.get(i).isAfter(RISING.get(j))).isEqualTo(i > j);
            }
        }
    }

    @Test
    void row_of_a_snapshot_loses_to_whatever_commits_later_and_beats_what_it_contains() {
        Version row = Version.ofSnapshot(1, Lsn.parse("0/200"));

        assertThat(row.isAfter(version("1/0/1FF/999"))).isTrue();
        assertThat(row.isBefore(version("1/0/201/1"))).isTrue();
        assertThat(row).hasToString("1/0/200/0");
    }

    @Test
    void text_is_read_as_it_is_written() {
        RISING.forEach(version -> assertThat(Version.parse(version.toString())).isEqualTo(version));
    }

    @Test
    void other_texts_are_malformed() {
        for (String text : List.of(
                "",
                "/",
                "1",
                "1/0/16B3748",
                "/0/16B3748/1",
                "1/0/16B3748/",
                "x/0/16B3748/1",
                "1/0/16B3748/x",
                "1/0/G/1",
                "-1/0/1/1",
                "1/0/1/-1",
                "2147483648/0/1/1",
                "1/0/1/9223372036854775808",
                "1/0/1/1/1",
                "1//1",
                "1/0/123456789/1")) {
            assertThatIllegalArgumentException()
                    .as(text)
                    .isThrownBy(() -> Version.parse(text))
                    .withMessageContaining("version: '" + text + "' (expected: ");
        }
    }

    @Test
    void negative_parts_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Version(-1, Lsn.ZERO, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Version(0, Lsn.ZERO, -1));
        assertThat(new Version(0, Lsn.ZERO, 0)).hasToString("0/0/0/0");
    }

    private static Version version(String text) {
        return Version.parse(text);
    }
}
