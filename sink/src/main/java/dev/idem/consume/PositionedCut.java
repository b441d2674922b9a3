package dev.idem.consume;

import dev.idem.change.Cut;

/**
 * A cut and where the log goes on after it.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param cut the cut
 * @param nextOffset the offset in the topic of the cuts from which the next one is read
 */
public record PositionedCut(Cut cut, long nextOffset) {}
