package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.Label;
import dev.idem.change.TypeDefinition.RangeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValueTranslationTest {

    private static final TypeDefinition OLD_MOOD =
            new EnumType("s", "s.mood", 1, List.of(new Label(1, "sad"), new Label(2, "ok")));
    private static final TypeDefinition MOOD =
            new EnumType("s", "s.mood", 2, List.of(new Label(1, "so, sad"), new Label(2, "ok"), new Label(3, "sad")));
    private static final TypeDefinition OLD_PAIR = new CompositeType(
            "s", "s.pair", 1, List.of(new Attribute("a", "integer", 1), new Attribute("m", "s.mood", 2)));
    private static final TypeDefinition PAIR = new CompositeType(
            "s", "s.pair", 2, List.of(new Attribute("mood", "s.mood", 2), new Attribute("n", "text", 3)));
    private static final TypeDefinition DOMAIN = new DomainType("s", "s.feeling", "s.mood");
    private static final TypeDefinition RANGE =
            new RangeType("s", "s.\"Moods\"", "s.mood", Optional.of("All moods"), Optional.empty(), Optional.empty());

    @Test
    void renamed_label_is_followed_wherever_it_stands() {
        assertThat(translated("s.mood", "sad")).isEqualTo("so, sad");
        assertThat(translated("s.mood", "ok")).isEqualTo("ok");
        assertThat(translated("s.feeling", "sad")).isEqualTo("so, sad");
        assertThat(translated("s.mood[]", "{sad,NULL,ok}")).isEqualTo("{\"so, sad\",NULL,\"ok\"}");
        assertThat(translated("s.\"Moods\"", "[sad,ok)")).isEqualTo("[\"so, sad\",\"ok\")");
        assertThat(translated("s.\"All moods\"", "{[sad,ok)}")).isEqualTo("{[\"so, sad\",\"ok\")}");
        assertThat(translated("s.\"Moods\"[]", "{\"[sad,)\"}")).isEqualTo("{\"[\\\"so, sad\\\",)\"}");
    }

    @Test
    void label_that_the_older_definition_does_not_have_stays() {
        assertThat(translated("s.mood", "so, sad")).isEqualTo("so, sad");
        assertThat(translated("s.mood", "other")).isEqualTo("other");
    }

    @Test
    void records_lose_what_was_dropped_and_get_null_for_what_was_added() {
        assertThat(translated("s.pair", "(1,sad)")).isEqualTo("(\"so, sad\",)");
        assertThat(translated("s.pair", "(1,)")).isEqualTo("(,)");
        assertThat(translated("s.pair[]", "{\"(1,sad)\",NULL}")).isEqualTo("{\"(\\\"so, sad\\\",)\",NULL}");
    }

    @Test
    void record_of_another_form_stays() {
        assertThat(translated("s.pair", "(sad,x,y)")).isEqualTo("(sad,x,y)");
    }

    @Test
    void nothing_is_done_where_nothing_has_changed() {
        List<TypeDefinition> types = List.of(OLD_MOOD, OLD_PAIR);

        assertThat(ValueTranslation.between(ValueShape.of("s.pair[]", types), ValueShape.of("s.pair[]", types))
                        .isIdentity())
                .isTrue();
        assertThat(ValueTranslation.between(ValueShape.of("text", types), ValueShape.of("text", types))
                        .isIdentity())
                .isTrue();
    }

    private static String translated(String type, String text) {
        return ValueTranslation.between(
                        ValueShape.of(type, List.of(OLD_MOOD, OLD_PAIR, DOMAIN, RANGE)),
                        ValueShape.of(type, List.of(MOOD, PAIR, DOMAIN, RANGE)))
                .of(text);
    }

    @Test
    void what_a_type_does_not_have_is_found_wherever_it_stands() {
        assertThat(unknown("s.mood[]", "{sad,NULL,glad}")).containsExactly(new ValueShape.Unknown("s.mood", "glad"));
        assertThat(unknown("s.pair", "(,\"so, sad\",)"))
                .containsExactly(new ValueShape.Unknown("s.pair", "3 attributes"));
        assertThat(unknown("s.pair", "(grey,)")).containsExactly(new ValueShape.Unknown("s.mood", "grey"));
        assertThat(unknown("s.\"Moods\"", "[sad,grey]")).containsExactly(new ValueShape.Unknown("s.mood", "grey"));
        assertThat(unknown("s.\"All moods\"", "{[sad,ok)}")).isEmpty();
    }

    private static List<ValueShape.Unknown> unknown(String type, String text) {
        List<ValueShape.Unknown> unknown = new ArrayList<>();
        ValueShape.of(type, List.of(MOOD, PAIR, DOMAIN, RANGE)).unknowns(text, unknown::add);
        return unknown;
    }
}
