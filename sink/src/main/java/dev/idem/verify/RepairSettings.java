package dev.idem.verify;

import java.time.Duration;

/**
 * What becomes of rows that differ.
 *
 * <p><i>Threads:</i> as the repairer's.
 *
 * @param repairer has them made right
 * @param maxWait how long at most that is waited for, for each table
 */
public record RepairSettings(Repairer repairer, Duration maxWait) {}
