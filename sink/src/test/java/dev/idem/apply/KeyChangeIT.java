package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Change;
import dev.idem.change.ColumnDefinition;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.target.TargetSettings;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import dev.idem.warehouse.WriterClaim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** What becomes of changes under a key that the table has no longer. */
class KeyChangeIT {

    private static TableDefinition definition(int number, String key) {
        return new TableDefinition(
                        new TableId("public", "items"),
                        number,
                        16_384,
                        List.of(
                                ColumnDefinition.plain("id", "integer", 1, true, false),
                                ColumnDefinition.plain("code", "text", 2, true, true)),
                        List.of(key),
                        ReplicaIdentity.DEFAULT,
                        List.of())
                .numbered(number, version(number * 10L, 0));
    }

    private static Version version(long lsn, long ordinal) {
        return new Version(1, new Lsn(lsn), ordinal);
    }

    private static LogEvent upsert(TableDefinition definition, long lsn, String id, String code) {
        Row row = Row.of(ColumnValue.of(id), ColumnValue.of(code));
        return event(definition, new Change.Upsert(version(lsn, 1), definition.keyOf(row), row, Optional.empty()));
    }

    private static LogEvent event(TableDefinition definition, Change change) {
        return new LogEvent.Decoded(new LogCoordinates("t", 0, 0), definition, change);
    }

    private static PositionedCut cut(long number, long lsn) {
        return TestCuts.upTo(version(lsn, 1), number);
    }

    /** Traps 23 and 40. */
    @Test
    void replay_across_a_changed_key_brings_no_deleted_row_back() {
        try (TestPostgres server = TestPostgres.start()) {
            Warehouse warehouse = new Warehouse(
                    new WarehouseSettings(
                            server.jdbcUrl(), Map.of("user", server.user(), "password", server.password())),
                    "idem-test");
            warehouse.migrate();
            TableDefinition old = definition(1, "id");
            TableDefinition young = definition(2, "code");
            List<LogEvent> events = List.of(
                    upsert(old, 11, "1", "a"),
                    upsert(old, 12, "2", "b"),
                    event(old, new Change.Delete(version(13, 1), RowKey.of("1"))),
                    upsert(young, 21, "7", "b"),
                    upsert(young, 22, "8", "c"));

            try (WarehouseWriter writer = WarehouseWriter.takeOver(
                            warehouse,
                            "keys",
                            new ApplySettings(5, 1_000, 10, OnTableFailure.WAIT, TargetSettings.defaults()),
                            WriterClaim.starting());
                    Handle handle = warehouse.open()) {
                for (int round = 1; round <= 2; round++) {
                    writer.begin();
                    events.forEach(writer::add);
                    writer.commit(cut(round, 22));

                    assertThat(handle.createQuery("select id || code from public.items order by 1")
                                    .mapTo(String.class)
                                    .list())
                            .as("round " + round)
                            .containsExactly("7b", "8c");
                }
            }
        }
    }
}
