package dev.idem.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.TableId;
import java.util.List;
import org.junit.jupiter.api.Test;

class TablePatternsTest {

    @Test
    void star_stands_for_every_character_that_a_name_may_have() {
        TablePatterns all = new TablePatterns(List.of("*"), List.of("shop.draft*"));

        assertThat(all.choose(new TableId("new\nline", "tab\ttab"))).isTrue();
        assertThat(all.choose(new TableId("shop", "Größe \uD83D\uDE00"))).isTrue();
        assertThat(all.choose(new TableId("shop", "draft\nof a draft"))).isFalse();
    }
}
