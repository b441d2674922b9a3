package dev.idem.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.Label;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TypeChangeSqlTest {

    @Test
    void missing_labels_are_added_each_at_its_place() {
        EnumType type = size("nil", "tiny", "small", "medium", "large", "it's");

        assertThat(TypeChangeSql.labels(type, List.of(), List.of("small", "large")))
                .containsExactly(
                        "alter type public.size add value if not exists 'nil' before 'small'",
                        "alter type public.size add value if not exists 'tiny' after 'nil'",
                        "alter type public.size add value if not exists 'medium' after 'small'",
                        "alter type public.size add value if not exists 'it''s' after 'large'");
    }

    @Test
    void labels_that_the_source_does_not_know_stay_and_nothing_is_added() {
        EnumType type = size("small");

        assertThat(TypeChangeSql.labels(type, List.of(), List.of("old", "small")))
                .isEmpty();
    }

    @Test
    void empty_enumeration_takes_its_first_label() {
        EnumType type = size("a");

        assertThat(TypeChangeSql.labels(type, List.of(), List.of()))
                .containsExactly("alter type public.size add value if not exists 'a'");
    }

    @Test
    void renamed_label_is_renamed_and_a_new_one_is_added_behind_it() {
        EnumType now = size(new Label(1, "s"), new Label(2, "m"), new Label(3, "l"));

        assertThat(TypeChangeSql.labels(
                        now, List.of(new Label(1, "small"), new Label(3, "large")), List.of("small", "large")))
                .containsExactly(
                        "alter type public.size rename value 'small' to 's'",
                        "alter type public.size rename value 'large' to 'l'",
                        "alter type public.size add value if not exists 'm' after 's'");
    }

    @Test
    void labels_that_exchange_their_names_go_by_way_of_another() {
        List<Label> before = List.of(new Label(1, "a"), new Label(2, "b"));
        EnumType now = size(new Label(1, "b"), new Label(2, "a"));

        assertThat(TypeChangeSql.labels(now, before, List.of("a", "b")))
                .containsExactly(
                        "alter type public.size rename value 'a' to '_idem_1'",
                        "alter type public.size rename value 'b' to '_idem_2'",
                        "alter type public.size rename value '_idem_1' to 'b'",
                        "alter type public.size rename value '_idem_2' to 'a'");
        assertThat(TypeChangeSql.labels(now, before, List.of("b", "a"))).isEmpty();
    }

    @Test
    void label_that_takes_the_name_of_a_renamed_one_comes_after_it() {
        assertThat(TypeChangeSql.labels(
                        size(new Label(1, "b"), new Label(2, "a")), List.of(new Label(1, "a")), List.of("a")))
                .containsExactly(
                        "alter type public.size rename value 'a' to 'b'",
                        "alter type public.size add value if not exists 'a' after 'b'");
    }

    @Test
    void attributes_are_dropped_renamed_and_added() {
        CompositeType now = new CompositeType(
                "s", "s.place", 2, List.of(attribute(1, "b"), attribute(3, "it's"), attribute(4, "a")));
        List<Attribute> before = List.of(attribute(1, "a"), attribute(2, "b"), attribute(3, "c"));

        assertThat(TypeChangeSql.attributes(now, before, List.of("a", "b", "c")))
                .containsExactly(
                        "alter type s.place drop attribute \"b\"",
                        "alter type s.place rename attribute \"a\" to \"b\"",
                        "alter type s.place rename attribute \"c\" to \"it's\"",
                        "alter type s.place add attribute \"a\" text cascade");
        assertThat(TypeChangeSql.attributes(now, before, List.of("b", "it's", "a")))
                .isEmpty();
    }

    private static Attribute attribute(int number, String name) {
        return new Attribute(name, "text", number);
    }

    private static EnumType size(String... labels) {
        return size(Stream.of(labels).map(text -> new Label(0, text)).toArray(Label[]::new));
    }

    private static EnumType size(Label... labels) {
        return new EnumType("public", "public.size", 1, List.of(labels));
    }
}
