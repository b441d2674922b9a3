package dev.idem.simulation;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tables of the simulated source hold: one with a key and large columns, one without a key.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SourceTables {

    static final TableDefinition NOTES = new TableDefinition(
            new TableId("public", "notes"),
            1,
            16_384,
            List.of(
                    ColumnDefinition.plain("id", "bigint", 1, true, false),
                    ColumnDefinition.plain("small", "integer", 2, true, false),
                    ColumnDefinition.plain("body", "text", 3, true, true),
                    ColumnDefinition.plain("extra", "text", 4, false, true)),
            List.of("id"),
            ReplicaIdentity.DEFAULT,
            List.of());

    static final TableDefinition EVENTS = new TableDefinition(
            new TableId("public", "events"),
            1,
            16_390,
            List.of(
                    ColumnDefinition.plain("kind", "text", 1, true, false),
                    ColumnDefinition.plain("size", "integer", 2, false, false)),
            List.of(),
            ReplicaIdentity.FULL,
            List.of());

    static final List<TableDefinition> ALL = List.of(NOTES, EVENTS);

    final Map<Integer, List<ColumnValue>> notes;
    final List<List<ColumnValue>> events;

    SourceTables() {
        this(Map.of(), List.of());
    }

    private SourceTables(Map<Integer, List<ColumnValue>> notes, List<List<ColumnValue>> events) {
        this.notes = new TreeMap<>(notes);
        this.events = new ArrayList<>(events);
    }

    SourceTables copy() {
        return new SourceTables(notes, events);
    }

    /** The rows of a table. */
    List<List<ColumnValue>> rows(TableDefinition table) {
        return table.hasKey() ? List.copyOf(notes.values()) : List.copyOf(events);
    }
}
