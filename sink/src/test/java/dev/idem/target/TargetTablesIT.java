package dev.idem.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.Lsn;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
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
            TargetTables tables = new TargetTables("stale", TargetSettings.defaults(), warehouse::open);
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
            TargetTables tables = new TargetTables("added", TargetSettings.defaults(), warehouse::open);
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
            TargetTables tables = new TargetTables("renamed", TargetSettings.defaults(), warehouse::open);
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
            TargetTables tables = new TargetTables("again", TargetSettings.defaults(), warehouse::open);
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

    private static TableDefinition keyed(String table, int number, List<String> key, ColumnDefinition... columns) {
        return new TableDefinition(
                        new TableId("public", table),
                        number,
                        16_384,
                        List.of(columns),
                        key,
                        ReplicaIdentity.DEFAULT,
                        List.of())
                .numbered(number, new Version(1, new Lsn(number * 10L), 0));
    }

    private static final ColumnDefinition CODE = ColumnDefinition.plain("co\\de", "text", 2, true, true);

    /** Peer case 21. */
    @Test
    void changed_key_is_followed_and_changes_under_the_old_one_have_nothing_to_add() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("rekeyed", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            TableDefinition old = keyed("rekeyed", 1, List.of("id"), ID, CODE);
            tables.follow(handle, old);
            handle.execute("insert into rekeyed values (1, 'a', 1, '0/5', 0, now()), (2, 'b', 1, '0/5', 0, now())");

            ReplicatedTable now = tables.follow(handle, keyed("rekeyed", 2, List.of("co\\de"), ID, CODE));
            handle.execute("insert into rekeyed values (1, 'c', 1, '0/20', 1, now())");

            assertThat(tables.isSuperseded(old, now)).isTrue();
            assertThat(rows(handle, "select indexdef from pg_indexes where tablename = 'rekeyed'"))
                    .singleElement()
                    .asString()
                    .contains("(\"co\\de\")");
            assertThat(rows(
                            handle,
                            "select attname from pg_attribute where attnum > 0 and attrelid = 'idem.tombstone_"
                                    + now.id() + "'::regclass order by attnum limit 1"))
                    .containsExactly("co\\de");
        }
    }

    @Test
    void key_column_dropped_with_its_key_gives_way_to_another_key() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("lesskey", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            tables.follow(handle, keyed("lesskey", 1, List.of("co\\de", "id"), ID, CODE));
            handle.execute("insert into lesskey values (1, 'a', 1, '0/5', 0, now())");

            tables.follow(handle, keyed("lesskey", 2, List.of("id"), ID));
            handle.execute("insert into lesskey (id, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)"
                    + " values (2, 1, '0/20', 1, now())");

            assertThat(rows(handle, "select id from lesskey order by id")).containsExactly("1", "2");
        }
    }

    /** The definition says nothing of NOT NULL where the stream did not; the primary key has it all the same. */
    @Test
    void key_column_that_is_gone_does_not_refuse_rows_without_it() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("gonekey", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            ColumnDefinition key = ColumnDefinition.plain("code", "text", 3, false, false);
            tables.follow(handle, keyed("gonekey", 1, List.of("code"), key));

            tables.follow(handle, keyed("gonekey", 2, List.of("id"), ID));
            handle.execute("insert into gonekey (id, _idem_epoch, _idem_lsn, _idem_seq, _idem_synced_at)"
                    + " values (2, 1, '0/20', 1, now())");

            assertThat(rows(handle, "select id from gonekey")).containsExactly("2");
        }
    }

    @Test
    void key_dropped_and_made_again_is_followed_both_ways() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("unkeyed", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            tables.follow(handle, keyed("unkeyed", 1, List.of("id"), ID, BODY));
            handle.execute("insert into unkeyed values (1, 'a', 1, '0/5', 0, now()), (2, 'b', 1, '0/5', 0, now())");

            tables.follow(handle, keyed("unkeyed", 2, List.of(), ID, BODY));
            List<String> versions = rows(handle, "select _idem_lsn || ' ' || _idem_seq from unkeyed order by 1");
            tables.follow(handle, keyed("unkeyed", 3, List.of("id"), ID, BODY));

            assertThat(versions).containsExactly("0/5 1", "0/5 2");
            assertThat(rows(handle, "select indexdef from pg_indexes where tablename = 'unkeyed'"))
                    .singleElement()
                    .asString()
                    .endsWith("(id)");
        }
    }

    @Test
    void rows_that_do_not_fit_a_changed_key_go_and_the_table_follows() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("twice", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            tables.follow(handle, keyed("twice", 1, List.of("id"), ID, CODE));
            handle.execute("insert into twice values (1, 'a', 1, '0/5', 0, now()), (2, 'a', 1, '0/5', 0, now())");

            ReplicatedTable now = tables.follow(handle, keyed("twice", 2, List.of("co\\de"), ID, CODE));

            assertThat(now.definition().key()).containsExactly("co\\de");
            assertThat(rows(handle, "select id from twice")).isEmpty();
            assertThat(rows(handle, "select indexdef from pg_indexes where tablename = 'twice'"))
                    .singleElement()
                    .asString()
                    .endsWith("(\"co\\de\")");
        }
    }

    @Test
    void rows_and_deletes_that_a_changed_type_does_not_take_go_and_the_table_follows() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("retyped", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            ColumnDefinition code = ColumnDefinition.plain("code", "text", 3, true, true);
            ReplicatedTable before = tables.follow(handle, keyed("retyped", 1, List.of("code"), ID, code));
            handle.execute("insert into retyped values (1, 'a', 1, '0/5', 0, now())");
            handle.execute("insert into idem.tombstone_" + before.id() + " values ('b', 1, '0/5', 0)");

            tables.follow(
                    handle,
                    keyed(
                            "retyped",
                            2,
                            List.of("code"),
                            ID,
                            ColumnDefinition.plain("code", "integer", 3, true, false)));
            handle.execute("insert into retyped values (1, 7, 1, '0/5', 0, now())");

            assertThat(rows(handle, "select code from retyped")).containsExactly("7");
        }
    }

    /** A jsonpath that cannot be read is a syntax error to PostgreSQL, and no error of data. */
    @Test
    void rows_that_cannot_be_converted_go_whatever_the_server_calls_it() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("paths", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            tables.follow(handle, keyed("paths", 1, List.of("id"), ID, BODY));
            handle.execute("insert into paths values (1, '$.', 1, '0/5', 0, now())");

            tables.follow(
                    handle,
                    keyed("paths", 2, List.of("id"), ID, ColumnDefinition.plain("body", "jsonpath", 2, false, true)));

            assertThat(rows(handle, "select id from paths")).isEmpty();
        }
    }

    @Test
    void columns_of_a_table_that_was_made_again_are_told_by_their_names() {
        try (Handle handle = warehouse.open()) {
            TargetTables tables = new TargetTables("remade", TargetSettings.defaults(), warehouse::open);
            tables.load(handle);
            TableDefinition old = keyed("remade", 1, List.of("id"), ID, BODY);
            tables.follow(handle, old);
            handle.execute("insert into remade values (1, 'a', 1, '0/5', 0, now())");

            ReplicatedTable now = tables.follow(
                    handle,
                    ofRelation(
                            16_385,
                            keyed(
                                    "remade",
                                    2,
                                    List.of("id"),
                                    ColumnDefinition.plain("body", "text", 1, false, true),
                                    ColumnDefinition.plain("added", "date", 2, false, false),
                                    ColumnDefinition.plain("id", "bigint", 3, true, false))));

            assertThat(rows(handle, "select id || body || coalesce(added::text, ' none') from remade"))
                    .containsExactly("1a none");
            assertThat(tables.isSuperseded(old, now)).isTrue();
        }
    }

    private static TableDefinition ofRelation(long relation, TableDefinition definition) {
        return new TableDefinition(
                        definition.table(),
                        definition.number(),
                        relation,
                        definition.columns(),
                        definition.key(),
                        definition.replicaIdentity(),
                        definition.types())
                .numbered(definition.number(), definition.since());
    }
}
