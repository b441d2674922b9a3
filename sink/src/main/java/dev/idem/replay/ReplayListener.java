package dev.idem.replay;

/**
 * Is told how a replay goes on.
 *
 * <p><i>Threads:</i> called on the replay's thread; must return quickly and must not throw.
 */
public interface ReplayListener {

    /** A piece was applied. */
    void progressed(ReplayProgress progress);
}
