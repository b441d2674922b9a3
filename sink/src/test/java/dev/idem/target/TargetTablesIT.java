package dev.idem.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.apply.Warehouse;
import dev.idem.apply.WarehouseSettings;
import dev.idem.change.ColumnDefinition;
import dev.idem.change.Lsn;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.testing.TestPostgres;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Target tables follow their definitions on a real server. */
class TargetTablesIT {

    private static final ColumnDefinition ID = ColumnDefinition.plain("id", "bigint", 1, true, false);
    private static final ColumnDefinition BODY = ColumnDefinition.plain("body", "text", 2, false, true);

    private static TestPostgres server;
    private static Warehouse warehouse;

    @BeforeAll
    static void startServer() {
        server = TestPostgres.start();
        warehouse = new Warehouse(
                new WarehouseSettings(server.jdbcUrl(), Map.of("user", server.user(), "password", server.password())),
                "idem-test");
        warehouse.migrate();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static TableDefinition definition(String table, int number, long since, ColumnDefinition... columns) {
        return new TableDefinition(
                        new TableId("public", table),
                        number,
                        16_384,
                        List.of(columns),
                        List.of("id"),
                        ReplicaIdentity.DEFAULT,
                        List.of())
                .numbered(number, new Version(1, new Lsn(since), 0));
    }

    private static List<String> rows(Handle handle, String sql) {
        return handle.createQuery(sql).mapTo(String.class).list();
    }

    /** Trap 40, peer case 64. */
    @Test
    void stale_definition_met_after_a_newer_one_does_not_turn_the_table_back() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("stale", warehouse::open);
            tables.load(handle);
            TableDefinition young =
                    definition("stale", 1, 30, ID, ColumnDefinition.plain("text", "text", 2, false, true));
            TableDefinition stale = definition("stale", 2, 20, ID, BODY);
            tables.follow(handle, young);

            ReplicatedTable now = tables.follow(handle, stale);

            assertThat(tables.isNew(stale)).isFalse();
            assertThat(now.definition()).isEqualTo(young);
            assertThat(rows(handle, "select text from public.stale")).isEmpty();
        }
    }

    @Test
    void rows_from_before_a_column_with_a_default_have_its_value() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("added", warehouse::open);
            tables.load(handle);
            tables.follow(handle, definition("added", 1, 10, ID));
            handle.execute("insert into added values (1, 1, '0/A', 1, now())");

            tables.follow(
                    handle,
                    definition(
                            "added",
                            2,
                            20,
                            ID,
                            new ColumnDefinition(
                                    "tags", "text[]", 2, true, true, null, null, "{\"it's\",\"b\\\\c\"}")));
            handle.execute("insert into added (id, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)"
                    + " values (2, 1, '0/14', 1, now())");

            assertThat(rows(handle, "select coalesce(tags[1] || tags[2], 'none') from added order by id"))
                    .containsExactly("it'sb\\c", "none");
        }
    }

    @Test
    void renamed_column_keeps_its_values_and_the_notes_of_who_carried_them() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("renamed", warehouse::open);
            tables.load(handle);
            tables.follow(handle, definition("renamed", 1, 10, ID, BODY));
            handle.execute("insert into renamed values (1, null, 1, '0/A', 2, now(), '{\"body\": \"\"}', '{body}')");

            tables.follow(
                    handle,
                    definition("renamed", 2, 20, ID, ColumnDefinition.plain("it's \\", "text", 2, false, true)));

            assertThat(rows(handle, "select _idem_carried::text || _idem_missing::text from renamed"))
                    .containsExactly("{\"it's \\\\\": \"\"}{\"it's \\\\\"}");
        }
    }

    @Test
    void column_dropped_long_ago_gives_way_to_one_that_takes_its_name() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("again", warehouse::open);
            tables.load(handle);
            tables.follow(handle, definition("again", 1, 10, ID, BODY));
            handle.execute("insert into again values (1, 'old', 1, '0/A', 1, now())");
            tables.follow(handle, definition("again", 2, 20, ID));

            tables.follow(
                    handle, definition("again", 3, 30, ID, ColumnDefinition.plain("body", "integer", 3, false, false)));

            assertThat(rows(handle, "select body_dropped || coalesce(body::text, ' none') from again"))
                    .containsExactly("old none");
        }
    }
}
