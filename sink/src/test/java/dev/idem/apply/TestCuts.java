package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.change.Version;
import dev.idem.consume.PositionedCut;
import java.util.List;
import java.util.Map;

/** Cuts of the stream as tests need them: only their number and their last version count. */
final class TestCuts {

    private TestCuts() {}

    /** The cut of that number, in which everything up to {@code last} was committed. */
    static PositionedCut upTo(Version last, long number) {
        return new PositionedCut(
                new Cut(
                        number,
                        Cut.Kind.STREAM,
                        last.epoch(),
                        last.lsn(),
                        null,
                        1,
                        1,
                        Map.of(),
                        new Cut.SourceIdentity("1", 1, "test", "idem_test"),
                        List.of()),
                number);
    }
}
