package dev.idem.simulation;

import dev.idem.change.Cut;
import dev.idem.change.Lsn;
import dev.idem.change.RecordHeaders;
import dev.idem.change.TableDefinition;
import dev.idem.change.Version;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Reads the whole log: nothing lost, nothing doubled, no order changed, every cut exact. */
final class LogCheck {

    private final World world;
    private final List<Cut> cuts;
    private final Set<Version> changes = new HashSet<>();

    LogCheck(World world, List<Cut> cuts) {
        this.world = world;
        this.cuts = cuts;
    }

    void check() {
        for (TableDefinition table : SourceTables.ALL) {
            String topic = world.topics().of(table.table());
            world.log().all().stream()
                    .filter(partition -> partition.topic().equals(topic))
                    .forEach(this::checkPartition);
        }
        for (int i = 1; i < cuts.size(); i++) {
            Invariants.require(
                    cuts.get(i).number() == cuts.get(i - 1).number() + 1,
                    "cut " + cuts.get(i).number() + " stands behind cut "
                            + cuts.get(i - 1).number());
        }
        world.histories().forEach(this::checkEpoch);
    }

    /** Changes of the stream stand once and in order; rows of snapshots may come again. */
    private void checkPartition(TopicPartition partition) {
        Version last = new Version(0, Lsn.ZERO, 0);
        for (long offset = 0; offset < world.log().end(partition); offset++) {
            SimulatedLog.Visible record = world.log().committed(partition, offset);
            byte[] value = record == null ? null : record.value();
            if (record == null || value == null || isSnapshotRow(value)) {
                continue;
            }
            Version version = Version.parse(new String(
                    record.headers().lastHeader(RecordHeaders.VERSION).value(), StandardCharsets.ISO_8859_1));
            boolean first = changes.add(version);
            Invariants.require(first, "change " + version + " stands twice in the log");
            Invariants.require(version.isAfter(last), "change " + version + " stands behind " + last);
            last = version;
        }
    }

    private static boolean isSnapshotRow(byte[] value) {
        return new String(value, StandardCharsets.UTF_8).contains("\"op\":\"r\"");
    }

    /** From the snapshot of an epoch to its last cut every transaction is there, whole. */
    private void checkEpoch(int epoch, SimulatedSource.History history) {
        Optional<Lsn> snapshot = cuts.stream()
                .filter(cut -> cut.epoch() == epoch && cut.kind() == Cut.Kind.SNAPSHOT_COMPLETED)
                .map(Cut::commitLsn)
                .max(Lsn::compareTo);
        snapshot.ifPresent(point -> checkSince(point, epoch, history));
    }

    private void checkSince(Lsn snapshot, int epoch, SimulatedSource.History history) {
        Lsn last = cuts.stream()
                .filter(cut -> cut.epoch() == epoch)
                .map(Cut::commitLsn)
                .max(Lsn::compareTo)
                .orElseThrow();
        for (SourceTransaction transaction : history.wal()) {
            boolean isDue = transaction.end().compareTo(snapshot) > 0
                    && transaction.end().compareTo(last) <= 0;
            for (long ordinal = 1; isDue && ordinal <= transaction.changes().size(); ordinal++) {
                Version version = new Version(epoch, transaction.end(), ordinal);
                Invariants.require(changes.contains(version), "change " + version + " is not in the log");
            }
        }
    }
}
