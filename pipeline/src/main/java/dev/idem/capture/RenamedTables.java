package dev.idem.capture;

import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.change.Version;
import dev.idem.publish.Publisher;
import dev.idem.relation.Definitions;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceFault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables that the source has renamed while they are streamed. Their rows are known, so they are not read anew.
 *
 * <p>The stream says the new name with the next change. For a table that is not written to, the log is told here: once
 * the stream has passed the place of the WAL at which the name was seen, so that nothing older can come after it.
 *
 * <p><i>Threads:</i> one thread.
 */
final class RenamedTables {

    private static final Logger LOG = LoggerFactory.getLogger(RenamedTables.class);
    private static final String PUBLISHED = """
            select exists (
              select from pg_publication_tables where pubname = ? and schemaname = ? and tablename = ?)
            """;

    private final SourceDatabase source;
    private final String publication;
    private final Topics topics;
    private final Definitions definitions;
    private final Publisher publisher;
    private final Set<Long> streamed;
    private final Map<TableId, Seen> waiting = new HashMap<>();

    private record Seen(long relation, Lsn at) {}

    /** For a stream of the relations {@code streamed}, by their {@code pg_class.oid}. */
    RenamedTables(
            SourceDatabase source,
            CaptureSettings settings,
            Definitions definitions,
            Publisher publisher,
            Set<Long> streamed) {
        this.source = source;
        this.publication = settings.source().publication();
        this.topics = new Topics(settings.pipeline());
        this.definitions = definitions;
        this.publisher = publisher;
        this.streamed = Set.copyOf(streamed);
    }

    /**
     * Takes those that were renamed out of the tables that the stream does not know by name.
     *
     * @param unknown the tables with the reasons for which they are read
     * @param now the relations of all tables
     */
    Map<TableId, String> takeOutOf(Map<TableId, String> unknown, Map<TableId, Long> now) {
        Map<TableId, String> others = new TreeMap<>(unknown);
        Lsn behind = source.walInsertEnd();
        waiting.clear();
        for (TableId table : unknown.keySet()) {
            Long relation = now.get(table);
            if (relation != null && streamed.contains(relation) && isPublished(table)) {
                others.remove(table);
                waiting.put(table, new Seen(relation, behind));
            }
        }
        return others;
    }

    /** One that has left the schemas that are published is as good as new: what was written there did not come. */
    private boolean isPublished(TableId table) {
        try (PreparedStatement statement = source.connection().prepareStatement(PUBLISHED)) {
            statement.setString(1, publication);
            statement.setString(2, table.schema());
            statement.setString(3, table.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        } catch (SQLException e) {
            throw SourceFault.of("looking whether " + table + " is published", e);
        }
    }

    /**
     * Tells the log of the names that the stream has passed without a word; {@code published} is how far it has come.
     */
    void publish(Lsn published) {
        for (Iterator<Map.Entry<TableId, Seen>> due = waiting.entrySet().iterator(); due.hasNext(); ) {
            Map.Entry<TableId, Seen> entry = due.next();
            Seen seen = entry.getValue();
            if (published.compareTo(seen.at()) >= 0) {
                due.remove();
                tell(entry.getKey(), seen);
            }
        }
    }

    private void tell(TableId table, Seen seen) {
        synchronized (publisher) {
            int epoch = publisher.lastCut().orElseThrow().epoch();
            definitions
                    .renamed(table, seen.relation(), new Version(epoch, seen.at(), 0))
                    .ifPresent(this::publish);
        }
    }

    private void publish(TableDefinition definition) {
        publisher.ensureTopics(List.of(topics.of(definition.table())));
        publisher.publishDefinitions(definitions.takeUnpublished(), List.of(definition));
        LOG.info("table was renamed at the source table={} relation={}", definition.table(), definition.relation());
    }
}
