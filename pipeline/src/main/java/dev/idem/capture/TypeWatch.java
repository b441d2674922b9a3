package dev.idem.capture;

import dev.idem.change.Cut;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.publish.Publisher;
import dev.idem.relation.Definitions;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import dev.idem.source.SourceTypes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the source's catalogue for types that change, since the stream says nothing of it: a label renamed in a table
 * that nobody writes to would never be noticed.
 *
 * <p>The definitions with the changed types go out by themselves, at the stream's position.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TypeWatch {

    private static final Logger LOG = LoggerFactory.getLogger(TypeWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final SourceDatabase source;
    private final Collection<TableId> tables;
    private final Definitions definitions;
    private final TableReaders readers;
    private final Publisher publisher;
    private String fingerprint = "";
    private long lastNanos = System.nanoTime() - INTERVAL.toNanos();

    TypeWatch(
            SourceDatabase source,
            Collection<TableId> tables,
            Definitions definitions,
            TableReaders readers,
            Publisher publisher) {
        this.source = source;
        this.tables = List.copyOf(tables);
        this.definitions = definitions;
        this.readers = readers;
        this.publisher = publisher;
    }

    /** Looks where it is time to, and publishes what has changed; the cut that tells of it. */
    Optional<Cut> look() {
        if (System.nanoTime() - lastNanos < INTERVAL.toNanos()) {
            return Optional.empty();
        }
        lastNanos = System.nanoTime();
        String now = fingerprint();
        if (now.equals(fingerprint)) {
            return Optional.empty();
        }
        readers.typesChanged();
        Optional<Cut> cut = publish();
        fingerprint = now;
        return cut;
    }

    private String fingerprint() {
        try {
            return SourceTypes.fingerprint(source.connection());
        } catch (SQLException e) {
            throw SourceFault.of("looking for changed types", e);
        }
    }

    private Optional<Cut> publish() {
        // A definition that is taken is published before any other thread can publish what names it.
        synchronized (publisher) {
            List<TableDefinition> changed = definitions.followTypes(tables);
            if (changed.isEmpty()) {
                return Optional.empty();
            }
            LOG.info("types have changed, the tables that have them are defined anew tables={}", changed);
            return Optional.of(publisher.publishDefinitions(definitions.takeUnpublished(), changed));
        }
    }
}
