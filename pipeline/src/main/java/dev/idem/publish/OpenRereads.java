package dev.idem.publish;

import dev.idem.change.RereadRequest;
import dev.idem.change.RowKeys;
import dev.idem.change.TableId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The requests to read a table anew that are not done, and which of them the log does not hold yet.
 *
 * <p>Requests of one table coalesce. One that is made while the table is being read stays open after the reading, since
 * the reading may have begun too early for it.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class OpenRereads {

    private final Map<TableId, Entry> open = new LinkedHashMap<>();
    private long serial;

    private record Entry(RereadRequest request, long serial, boolean durable) {}

    OpenRereads(Collection<RereadRequest> found) {
        found.forEach(request -> open.put(request.table(), new Entry(request, ++serial, true)));
    }

    synchronized void request(RereadRequest request) {
        Entry before = open.get(request.table());
        RereadRequest both = before == null ? request : before.request().and(request);
        open.put(request.table(), new Entry(both, ++serial, false));
    }

    /** The tables to read, each with what {@link #isAnsweredBy} wants to know. */
    synchronized Map<TableId, Long> all() {
        Map<TableId, Long> serials = new LinkedHashMap<>();
        open.forEach((table, entry) -> serials.put(table, entry.serial()));
        return serials;
    }

    synchronized String reason(TableId table) {
        Entry entry = open.get(table);
        return entry == null ? "" : entry.request().reason();
    }

    /** Which rows of the table are wanted; empty for the whole table. */
    synchronized Optional<RowKeys> rows(TableId table) {
        Entry entry = open.get(table);
        return entry == null ? Optional.empty() : entry.request().rows();
    }

    /** What has to be written with the next batch. */
    synchronized List<RereadRequest> unwritten() {
        return open.values().stream()
                .filter(entry -> !entry.durable())
                .map(Entry::request)
                .toList();
    }

    synchronized void written(Collection<RereadRequest> requests) {
        requests.forEach(request -> open.computeIfPresent(
                request.table(),
                (table, entry) ->
                        entry.request().equals(request) ? new Entry(entry.request(), entry.serial(), true) : entry));
    }

    /** True where no request of the table is younger than the reading that began at {@code begun}. */
    synchronized boolean isAnsweredBy(TableId table, long begun) {
        Entry entry = open.get(table);
        return entry == null || entry.serial() == begun;
    }

    synchronized void done(Map<TableId, Long> read) {
        read.forEach((table, begun) -> {
            if (isAnsweredBy(table, begun)) {
                open.remove(table);
            }
        });
    }
}
