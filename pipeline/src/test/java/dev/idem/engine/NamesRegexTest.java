package dev.idem.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class NamesRegexTest {

    private static final String[] PARTS = {
        "a", "A", "b", ".", "_", ",", "$", "(", "|", "\\", "é", "\u6570", "\ud83d\ude00", "1"
    };

    /** Compiled as the engine does. */
    private static Pattern pattern(Set<String> names) {
        return Pattern.compile(NamesRegex.of(names), Pattern.CASE_INSENSITIVE);
    }

    @Test
    void matches_names_with_their_case_and_no_part_or_extension_of_them() {
        Pattern pattern = pattern(Set.of("public.order", "public.orders", "public.Order, x", "a.b"));

        assertThat(List.of("public.order", "public.orders", "public.Order, x", "a.b"))
                .allMatch(name -> pattern.matcher(name).matches());
        assertThat(List.of("", "public", "public.", "public.Orders", "public.orderss", "a_b", "a.b.c", "Public.order"))
                .noneMatch(name -> pattern.matcher(name).matches());
    }

    @Test
    void matches_exactly_the_names_whatever_characters_they_have() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            Set<String> names = new TreeSet<>(names(random, 1 + random.nextInt(30)));
            Pattern pattern = pattern(names);

            List<String> tried = new ArrayList<>(names(random, 200));
            tried.addAll(names);
            for (String name : tried) {
                assertThat(pattern.matcher(name).matches())
                        .as("seed %s, name %s of %s", seed, name, names)
                        .isEqualTo(names.contains(name));
            }
        }
    }

    @Test
    void stands_as_one_expression_in_a_list() {
        assertThat(NamesRegex.of(Set.of("a.x, y", "a.x,z"))).doesNotContain(",");
    }

    private static List<String> names(Random random, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder name = new StringBuilder();
            for (int n = 1 + random.nextInt(5); n > 0; n--) {
                name.append(PARTS[random.nextInt(PARTS.length)]);
            }
            names.add(name.toString());
        }
        return names;
    }
}
