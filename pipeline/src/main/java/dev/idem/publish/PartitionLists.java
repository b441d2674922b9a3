package dev.idem.publish;

import dev.idem.change.PartitionList;
import dev.idem.change.TableId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The partitions of each partitioned table, and which lists of them the log does not hold yet.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class PartitionLists {

    private final Map<TableId, PartitionList> written = new HashMap<>();
    private final Map<TableId, PartitionList> told = new HashMap<>();

    PartitionLists(Collection<PartitionList> found) {
        written(found);
    }

    synchronized void tell(Collection<PartitionList> lists) {
        lists.forEach(list -> told.put(list.root(), list));
    }

    /** Those that the log holds. */
    synchronized List<PartitionList> held() {
        return List.copyOf(written.values());
    }

    /** What has to be written with the next batch. */
    synchronized List<PartitionList> unwritten() {
        return told.values().stream()
                .filter(list -> !list.equals(written.get(list.root())))
                .toList();
    }

    synchronized void written(Collection<PartitionList> lists) {
        lists.forEach(list -> written.put(list.root(), list));
    }
}
