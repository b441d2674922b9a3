package dev.idem.storm;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One blow of a storm.
 *
 * @param at from the storm's start
 * @param parts what it hits, at once
 * @param freeze how long the parts stand still by SIGSTOP; null where they are killed by SIGKILL and started again
 */
record Strike(Duration at, Set<StormPart> parts, @Nullable Duration freeze) {}
