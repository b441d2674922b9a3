package dev.idem.target;

import dev.idem.change.Lsn;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The table {@code idem.target}: which tables are followed, by which definition, and where they stand.
 *
 * <p>All writing happens in the caller's transaction.
 *
 * <p><i>Threads:</i> thread-safe: there is no state.
 */
final class TargetStore {

    private final String pipeline;
    private final TableDefinitionCodec codec = new TableDefinitionCodec();

    TargetStore(String pipeline) {
        this.pipeline = pipeline;
    }

    /**
     * A row of the table.
     *
     * @param place the table's name in the warehouse
     * @param floor empty where no row was ever said not to exist
     */
    record Stored(long id, TableDefinition definition, TableId place, Optional<Version> floor) {}

    List<Stored> all(Handle handle) {
        return handle.createQuery("""
                        select id, definition_json::text, target_schema, target_table,
                          floor_epoch, floor_lsn::text, floor_seq
                        from idem.target
                        where pipeline = :pipeline""")
                .bind("pipeline", pipeline)
                .map((row, context) -> new Stored(
                        row.getLong(1),
                        codec.decode(row.getString(2).getBytes(StandardCharsets.UTF_8)),
                        new TableId(row.getString(3), row.getString(4)),
                        Optional.of(new Version(row.getInt(5), Lsn.parse(row.getString(6)), row.getLong(7)))
                                .filter(floor -> floor.epoch() > 0)))
                .list();
    }

    /** Who holds a name of the warehouse: a table of a pipeline, for people; empty where no pipeline does. */
    Optional<String> holder(Handle handle, TableId place) {
        return handle.createQuery("""
                        select format('table %s.%s of pipeline %s', source_schema, source_table, pipeline)
                        from idem.target
                        where target_schema = :schema and target_table = :table
                        limit 1""")
                .bind("schema", place.schema())
                .bind("table", place.name())
                .mapTo(String.class)
                .findOne();
    }

    /** Adds a table; its number. */
    long add(Handle handle, TableDefinition definition, TableId place) {
        return handle.createQuery("""
                        insert into idem.target (pipeline, source_schema, source_table, target_schema, target_table,
                          definition, definition_json)
                        values (:pipeline, :schema, :table, :targetSchema, :targetTable, :number, :json::jsonb)
                        returning id""")
                .bind("pipeline", pipeline)
                .bind("schema", definition.table().schema())
                .bind("table", definition.table().name())
                .bind("targetSchema", place.schema())
                .bind("targetTable", place.name())
                .bind("number", definition.number())
                .bind("json", json(definition))
                .mapTo(Long.class)
                .one();
    }

    /** Notes the definition that the table follows now, the source's name with it, and where it stands. */
    void update(Handle handle, long id, TableDefinition definition, TableId place) {
        handle.createUpdate("""
                        update idem.target set
                          source_schema = :schema,
                          source_table = :table,
                          target_schema = :targetSchema,
                          target_table = :targetTable,
                          definition = :number,
                          definition_json = :json::jsonb
                        where id = :id""")
                .bind("schema", definition.table().schema())
                .bind("table", definition.table().name())
                .bind("targetSchema", place.schema())
                .bind("targetTable", place.name())
                .bind("number", definition.number())
                .bind("json", json(definition))
                .bind("id", id)
                .execute();
    }

    /** Forgets a table. */
    void remove(Handle handle, long id) {
        handle.createUpdate("delete from idem.target where id = :id")
                .bind("id", id)
                .execute();
    }

    void raiseFloor(Handle handle, long id, Version floor) {
        handle.createUpdate("""
                        update idem.target
                        set floor_epoch = :epoch, floor_lsn = :lsn::pg_lsn, floor_seq = :seq
                        where id = :id""")
                .bind("epoch", floor.epoch())
                .bind("lsn", floor.lsn().toString())
                .bind("seq", floor.ordinal())
                .bind("id", id)
                .execute();
    }

    private String json(TableDefinition definition) {
        return new String(codec.encode(definition), StandardCharsets.UTF_8);
    }
}
