package dev.idem.teeth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The patches are kept with the sources: each still applies, and the test that it names is there. */
class DeliberateBugsTest {

    private static final int LEAST = 30;

    @Test
    void each_still_applies_to_the_sources_and_changes_them() throws IOException {
        for (DeliberateBug bug : DeliberateBug.all()) {
            assertThat(bug.patches()).as(bug.name()).isNotEmpty();
            for (SourcePatch patch : bug.patches()) {
                String source = Files.readString(Repository.root().resolve(patch.file()));

                assertThat(patch.applyTo(source)).as(bug.name()).isNotEqualTo(source);
                assertThat(patch.file()).as(bug.name()).matches("(pipeline|sink)/src/main/java/.*");
            }
        }
    }

    @Test
    void each_says_what_is_broken_and_names_a_test_that_exists() throws IOException {
        for (DeliberateBug bug : DeliberateBug.all()) {
            assertThat(bug.field("Broken")).as(bug.name()).isNotBlank();
            assertThat(bug.field("Violates")).as(bug.name()).containsAnyOf("Invariant", "trap");
            assertThat(bug.catcher().exists())
                    .as(bug.name() + " is caught by " + bug.catcher())
                    .isTrue();
        }
    }

    @Test
    void there_are_many_on_both_sides_of_the_log() throws IOException {
        List<DeliberateBug> bugs = DeliberateBug.all();
        long capture = bugs.stream()
                .filter(bug -> bug.patches().get(0).file().startsWith("pipeline/"))
                .count();

        assertThat(bugs).hasSizeGreaterThanOrEqualTo(LEAST);
        assertThat(capture * 3).isGreaterThanOrEqualTo(bugs.size());
    }

    @Test
    void lines_that_are_not_there_or_twice_are_refused() {
        SourcePatch patch = SourcePatch.parse(List.of("--- a/f", "+++ b/f", "@@ -1 +1 @@", "-one", "+other"))
                .get(0);

        assertThat(patch.applyTo("zero\none\ntwo\n")).isEqualTo("zero\nother\ntwo\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> patch.applyTo("two\n"))
                .withMessageContaining("nowhere");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> patch.applyTo("one\ntwo\none\n"))
                .withMessageContaining("more than once");
    }
}
