package dev.idem.apply;

import dev.idem.change.Cut;
import dev.idem.change.TableId;
import java.time.Duration;
import java.util.Map;

/**
 * Is told what the sink has done, after each commit.
 *
 * <p><i>Threads:</i> called on the sink's thread; must return quickly and must not throw.
 */
public interface SinkListener {

    /** A group of cuts was committed; {@code counts} tells what changed, {@code last} is the last of them. */
    void applied(Cut last, int cuts, Map<TableId, TableCount> counts);

    /** The group of cuts that {@link #applied} tells of took this long, from its first event to the commit. */
    default void took(Duration time) {}
}
