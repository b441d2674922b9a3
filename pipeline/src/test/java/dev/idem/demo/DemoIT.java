package dev.idem.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.demo.DemoSettings.Afterwards;
import dev.idem.demo.DemoSettings.Form;
import dev.idem.testing.TestDirectory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class DemoIT {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @Test
    void the_demo_ends_with_its_verdict() {
        int exit = play(stage -> {});

        assertThat(exit).as(shown()).isZero();
        assertThat(shown())
                .contains("cut off inside a warehouse transaction")
                .contains(", 0 rows changed.")
                .contains("and no row was even written again")
                .containsPattern("(?m)^Equal: 10 tables, \\d+ rows, every value is the same");
    }

    @Test
    void a_second_demo_in_the_same_directory_goes_on_where_the_first_ended() {
        Path data = TestDirectory.create("demo");
        try {
            assertThat(play(data, stage -> {})).as(shown()).isZero();
            shown.reset();

            int exit = play(data, stage -> {});

            assertThat(exit).as(shown()).isZero();
            assertThat(shown())
                    .contains("The directory holds an earlier demo")
                    .doesNotContain("first a snapshot")
                    .containsPattern("(?m)^Equal: 10 tables, \\d+ rows, every value is the same");
        } finally {
            TestDirectory.delete(data);
        }
    }

    @Test
    void one_damaged_value_in_the_warehouse_is_found() {
        int exit = play(stage -> {
            try (Handle handle = DemoDatabase.open(stage.warehouse(), "damage")) {
                handle.execute("""
                        update shop.products set manual = overlay(manual placing '#' from 5000)
                        where name = 'Product 77'""");
            }
        });

        assertThat(exit).as(shown()).isOne();
        assertThat(shown()).containsPattern("(?m)^Different: 1 of 10 tables: shop.products \\(1 row differing\\)");
    }

    private int play(Consumer<Stage> beforeComparison) {
        Path data = TestDirectory.create("demo");
        try {
            return play(data, beforeComparison);
        } finally {
            TestDirectory.delete(data);
        }
    }

    private int play(Path data, Consumer<Stage> beforeComparison) {
        DemoSettings settings = new DemoSettings(DemoSettings.SHORTEST, Afterwards.END, Optional.of(data), Form.LINES);
        return new Demo(
                        settings,
                        DemoDirectory.of(Optional.of(data)),
                        Terminal.of(new PrintStream(shown, true, StandardCharsets.UTF_8), Map.of()),
                        beforeComparison)
                .run();
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
