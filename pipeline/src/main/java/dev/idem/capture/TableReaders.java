package dev.idem.capture;

import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.publish.EventLimit;
import dev.idem.publish.Publisher;
import dev.idem.relation.Definitions;
import dev.idem.relation.RelationMessage;
import dev.idem.relation.StreamRelation;
import io.debezium.connector.postgresql.Module;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the reader for a change record by the identity of its Connect schema.
 *
 * <p>The engine makes a new schema object whenever the server describes a table anew, so a new identity is the sign to
 * look at the table's definition again. A table's older schemas never come back, since records keep their order. In a
 * stream the definition is made of the server's last description, once a change needs it; in a snapshot it is the
 * catalogue's.
 *
 * <p><i>Threads:</i> one thread, except {@link #typesChanged}.
 */
final class TableReaders {

    private final EventEncoder encoder;
    private final Definitions definitions;
    private final Topics topics;
    private final Publisher publisher;
    private final IdentityHashMap<Schema, ChangeReader> bySchema = new IdentityHashMap<>();
    private final Map<TableId, Schema> schemas = new HashMap<>();
    private final Map<TableId, StreamRelation> relations = new HashMap<>();
    private final AtomicBoolean typesChanged = new AtomicBoolean();
    private @Nullable Schema lastSchema;
    private @Nullable ChangeReader lastReader;

    TableReaders(Definitions definitions, Topics topics, Publisher publisher, EventLimit limit) {
        this.encoder = new EventEncoder(limit);
        this.definitions = definitions;
        this.topics = topics;
        this.publisher = publisher;
    }

    @SuppressWarnings("ReferenceEquality")
    ChangeReader readerOf(SourceRecord record) {
        if (typesChanged.get() && typesChanged.getAndSet(false)) {
            forgetAll();
        }
        Schema schema = record.valueSchema();
        if (schema == lastSchema && lastReader != null && !lastReader.isOutdatedBy(record)) {
            return lastReader;
        }
        ChangeReader reader = bySchema.get(schema);
        if (reader == null) {
            reader = newReader(record, schema);
            // Types of now, whereas the record may be from before: what it has and they have not is noted at once.
            reader.isOutdatedBy(record);
        } else if (schema == lastSchema || reader.isOutdatedBy(record)) {
            ChangeReader older = reader;
            reader = newReader(record, schema);
            reader.succeed(older);
        }
        lastSchema = schema;
        lastReader = reader;
        return reader;
    }

    /** Takes what the stream says of a table from here on. */
    void describe(StreamRelation relation) {
        TableId table = relation.message().engineTable();
        relations.put(table, relation);
        forget(table);
        lastSchema = null;
        lastReader = null;
    }

    /** Types have changed: every table's definition is to be looked at again. May be called by any thread. */
    void typesChanged() {
        typesChanged.set(true);
    }

    private void forgetAll() {
        bySchema.clear();
        schemas.clear();
        lastSchema = null;
        lastReader = null;
    }

    String topicOf(TableId table) {
        return topics.of(table);
    }

    private ChangeReader newReader(SourceRecord record, Schema schema) {
        Struct source = ((Struct) record.value()).getStruct("source");
        TableId table = new TableId(source.getString("schema"), source.getString("table"));
        RowReader rows = rows(table, schema);
        ChangeReader reader = new ChangeReader(
                encoder,
                topics,
                Module.version(),
                rows,
                schema,
                definitions.olderTypes(rows.definition()),
                publisher::requestReread);
        publisher.ensureTopics(List.of(reader.topic()));
        forget(table);
        schemas.put(table, schema);
        bySchema.put(schema, reader);
        return reader;
    }

    private void forget(TableId table) {
        Schema schema = schemas.remove(table);
        if (schema != null) {
            bySchema.remove(schema);
        }
    }

    private RowReader rows(TableId table, Schema schema) {
        Schema row = schema.field("after").schema();
        StreamRelation relation = relations.get(table);
        if (relation == null) {
            return RowReader.byName(definitions.resolve(table), row);
        }
        // The user may have told the engine to leave columns out.
        List<String> names = relation.message().engineNames();
        RelationMessage read = relation.message().withColumns(place -> row.field(names.get(place)) != null);
        List<String> kept =
                names.stream().filter(name -> row.field(name) != null).toList();
        return RowReader.byNumber(definitions.resolve(relation.of(read)), row, kept);
    }
}
