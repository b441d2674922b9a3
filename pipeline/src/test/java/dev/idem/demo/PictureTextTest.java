package dev.idem.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.apply.TableCount;
import dev.idem.change.Lsn;
import dev.idem.demo.Picture.Money;
import dev.idem.demo.Picture.Positions;
import dev.idem.demo.Picture.Rates;
import dev.idem.demo.Picture.Scene;
import dev.idem.demo.Picture.TableLine;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PictureTextTest {

    @Test
    void no_line_is_wider_than_it_says() {
        assertThat(PictureText.lines(picture(12), 60))
                .map(Ink::without)
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(PictureText.WIDTH));
    }

    @Test
    void positions_stand_with_their_distance_from_the_head() {
        assertThat(PictureText.lines(picture(1), 60))
                .map(Ink::without)
                .anySatisfy(line -> assertThat(line).contains("0/2000", "0/1F00", "0/1E00", "0/1000"))
                .anySatisfy(line -> assertThat(line).contains("256 B behind", "512 B behind", "4,096 B behind"));
    }

    @Test
    void where_there_is_little_room_the_newest_of_the_story_stays() {
        List<String> lines = PictureText.lines(picture(30), 24);

        assertThat(lines).hasSizeLessThanOrEqualTo(24);
        assertThat(Ink.without(lines.get(lines.size() - 1))).endsWith("happened 30");
    }

    @Test
    void a_balance_that_was_wrong_once_is_told() {
        assertThat(PictureText.lines(picture(1), 60))
                .map(Ink::without)
                .anySatisfy(line -> assertThat(line).endsWith("wrong in 1 of 9 looks"));
    }

    private static Picture picture(int scenes) {
        return new Picture(
                Act.CUT_OFF,
                Duration.ofSeconds(75),
                new Positions(
                        lsn("0/2000"), lsn("0/1F00"), lsn("0/1E00"), lsn("0/1000"), Optional.of(Duration.ofMillis(14))),
                new Rates(210, 1_840),
                List.of(
                        new TableLine("customers", 5_000, 2_500, false, new TableCount(2_600, 2_590, 0)),
                        new TableLine("order_lines", 22_500, 22_500, true, new TableCount(1_234_567, 1_200_000, 7))),
                Optional.of(new Money(new BigDecimal("1000000.00"), 9, 1)),
                numbered(scenes));
    }

    private static List<Scene> numbered(int scenes) {
        return IntStream.rangeClosed(1, scenes)
                .mapToObj(i ->
                        new Scene(Duration.ofSeconds(i), "Something " + "rather long ".repeat(9) + "happened " + i))
                .toList();
    }

    private static Optional<Lsn> lsn(String text) {
        return Optional.of(Lsn.parse(text));
    }
}
