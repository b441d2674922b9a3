package dev.idem.status;

import dev.idem.source.SourceView.Slot;
import dev.idem.status.PipelineStatus.Level;
import dev.idem.status.PipelineStatus.SlotHealth;
import dev.idem.status.PipelineStatus.Warning;
import java.util.Optional;

/**
 * Says early that the replication slot may be lost or that the source's disk may fill. Pure.
 *
 * <pre>
 *                          max_slot_wal_keep_size set                no limit
 *   WARNING      half of what it may keep is used          more than source.wal-warning is kept
 *   CRITICAL     four fifths, or wal_status unreserved     twice that
 *   CRITICAL     wal_status lost: it is too late
 * </pre>
 *
 * <p><i>Source:</i> PostgreSQL, "pg_replication_slots": {@code wal_status}, {@code safe_wal_size}.
 */
public final class SlotGuard {

    private static final double WARN_AT = 0.5;
    private static final double CRITICAL_AT = 0.8;

    private final long warningBytes;

    /** A guard that warns above this much retained WAL, whatever the server's limit is. */
    public SlotGuard(long warningBytes) {
        this.warningBytes = warningBytes;
    }

    /** The slot with what it means. */
    public SlotHealth health(Slot slot) {
        return new SlotHealth(
                slot.name(),
                slot.isActive(),
                slot.walStatus(),
                level(slot),
                slot.retainedBytes(),
                slot.limitBytes(),
                slot.safeBytes());
    }

    private Level level(Slot slot) {
        if (slot.walStatus().equals("lost") || slot.walStatus().equals("unreserved")) {
            return Level.CRITICAL;
        }
        double ofLimit = usedOfLimit(slot);
        double ofWarning = (double) slot.retainedBytes() / warningBytes;
        if (ofLimit >= CRITICAL_AT || ofWarning >= 2) {
            return Level.CRITICAL;
        }
        return ofLimit >= WARN_AT || ofWarning >= 1 ? Level.WARNING : Level.OK;
    }

    /** 1 where the slot may be lost with the next byte; 0 without a limit. */
    private static double usedOfLimit(Slot slot) {
        if (slot.limitBytes().isEmpty() || slot.safeBytes().isEmpty()) {
            return 0;
        }
        double kept = slot.retainedBytes() + Math.max(0, slot.safeBytes().get());
        return kept == 0 ? 1 : slot.retainedBytes() / kept;
    }

    /** What to say of it; empty while all is well. */
    public Optional<Warning> warning(Slot slot) {
        Level level = level(slot);
        if (level == Level.OK) {
            return Optional.empty();
        }
        String name = "replication slot " + slot.name();
        if (slot.walStatus().equals("lost")) {
            return Optional.of(new Warning(
                    level,
                    "slot",
                    name + " is lost: the source has removed WAL that it needed",
                    "take a new snapshot: ./idem run --set source.on-new-history=resync, see docs/operations.md"));
        }
        return Optional.of(new Warning(level, "slot", name + retained(slot), remedy(slot)));
    }

    private static String retained(Slot slot) {
        String kept = " keeps " + Sizes.text(slot.retainedBytes()) + " of WAL at the source";
        return slot.safeBytes()
                .map(safe -> kept + "; after " + Sizes.text(Math.max(0, safe)) + " more it can be lost"
                        + slot.limitBytes()
                                .map(limit -> " (max_slot_wal_keep_size " + Sizes.text(limit) + ')')
                                .orElse(""))
                .orElse(kept + ", without a limit: the source's disk may fill");
    }

    private static String remedy(Slot slot) {
        String capture = slot.isActive()
                ? "the capture is connected and behind: see its state and whether Kafka takes its events"
                : "nobody receives from it: start the capture";
        return capture
                + "; or give it time: alter system set max_slot_wal_keep_size = '…'; select pg_reload_conf();"
                + " or let it go and take a new snapshot later: select pg_drop_replication_slot('" + slot.name() + "')";
    }
}
