package dev.idem.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.TypeDefinition.EnumType;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypeSqlTest {

    @Test
    void missing_labels_are_added_each_at_its_place() {
        EnumType type =
                new EnumType("public", "public.size", List.of("nil", "tiny", "small", "medium", "large", "it's"));

        assertThat(TypeSql.addLabels(type, List.of("small", "large")))
                .containsExactly(
                        "alter type public.size add value if not exists 'nil' before 'small'",
                        "alter type public.size add value if not exists 'tiny' after 'nil'",
                        "alter type public.size add value if not exists 'medium' after 'small'",
                        "alter type public.size add value if not exists 'it''s' after 'large'");
    }

    @Test
    void labels_that_the_source_does_not_know_stay_and_nothing_is_added() {
        EnumType type = new EnumType("public", "public.size", List.of("small"));

        assertThat(TypeSql.addLabels(type, List.of("old", "small"))).isEmpty();
    }

    @Test
    void empty_enumeration_takes_its_first_label() {
        EnumType type = new EnumType("public", "public.size", List.of("a"));

        assertThat(TypeSql.addLabels(type, List.of()))
                .containsExactly("alter type public.size add value if not exists 'a'");
    }
}
