package dev.idem.source;

import dev.idem.change.Lsn;
import java.util.OptionalInt;

/**
 * What the source says of the replication slot.
 *
 * @param plugin the output plugin; empty for a physical slot
 * @param activePid the server process that uses it; empty where none does
 * @param confirmedFlush up to where its consumer has confirmed
 * @param lost whether WAL that it needs is gone or it was invalidated
 */
public record SlotState(String plugin, OptionalInt activePid, Lsn confirmedFlush, boolean lost) {}
