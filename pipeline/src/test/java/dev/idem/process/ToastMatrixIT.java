package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.process.PipelineFixture.Servers;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large values that updates leave as they are, in every type that can be stored out of line. */
class ToastMatrixIT {

    /** Some 3 kB that do not compress; {@code %1$s} is a number that tells one value from another. */
    private static final String LARGE =
            "(select string_agg(md5((g * (%1$s + 3))::text), '') from generate_series(1, 100) g)";

    private static final Map<String, String> COLUMNS = columns();
    private static final String PLACEHOLDER = "__debezium_unavailable_value";

    private static Servers servers;

    @BeforeAll
    static void startServers() {
        servers = Servers.start();
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    private static Map<String, String> columns() {
        String numbers = "(select array_agg(hashint4(g * (%1$s + 3)) order by g) from generate_series(1, 400) g)";
        String digits = "('1' || translate(" + LARGE + ", 'abcdef', '123456'))::numeric";
        Map<String, String> columns = new LinkedHashMap<>();
        for (String type :
                "text,varchar,varchar(4000),character(4000),name_text,bpchar,citext,refcursor".split(",", -1)) {
            columns.put(type, LARGE);
        }
        columns.put("bytea", "convert_to(" + LARGE + ", 'UTF8')");
        columns.put("json", "to_json(" + LARGE + ")");
        columns.put("jsonb", "jsonb_build_object('k', " + LARGE + ")");
        columns.put("xml", "xmlparse(content '<a>' || " + LARGE + " || '</a>')");
        columns.put("jsonpath", "'$.\"' || " + LARGE + " || '\"'");
        columns.put("numeric", digits);
        columns.put("numeric(1000,500)", "'1.' || repeat((%1$s + 1)::text, 400)");
        columns.put("bit varying", "repeat(((%1$s + 3) * 7)::bit(16)::text, 900)");
        columns.put("bit(8000)", "repeat(((%1$s + 3) * 7)::bit(16)::text, 500)");
        columns.put("tsvector", "'w' || regexp_replace(" + LARGE + ", '(.{9})', '\\1 w', 'g')");
        columns.put("hstore", "hstore('k', " + LARGE + ")");
        columns.put("ltree", "regexp_replace(" + LARGE + ", '(.{9})', '\\1.', 'g') || 'x'");
        columns.put(
                "polygon",
                "(select ('(' || string_agg('(' || g || ',' || %1$s || ')', ',') || ')') from generate_series(1, 200) g)");
        columns.put(
                "path",
                "(select ('[' || string_agg('(' || g || ',' || %1$s || ')', ',') || ']') from generate_series(1, 200) g)");
        columns.put(
                "txid_snapshot",
                "(select '1:' || 5000 + %1$s || ':' || string_agg(g::text, ',') from generate_series(10, 400) g)");
        columns.put("text_range", "('[\"a' || " + LARGE + " || '\",\"b' || " + LARGE + " || '\")')");
        columns.put(
                "int4multirange",
                "(select range_agg(int4range(g * 3 + %1$s, g * 3 + %1$s + 1)) from generate_series(1, 300) g)");
        columns.put("pair", "row(%1$s, " + LARGE + ")::pair");
        columns.put("numbers", numbers);
        columns.put("text[]", "array[" + LARGE + ", null, '']");
        columns.put("numeric[]", "array[" + digits + ", 'NaN']");
        columns.put(
                "smallint[]",
                "(select array_agg((g * (%1$s + 3) %% 30000)::smallint) from generate_series(1, 1000) g)");
        columns.put("bigint[]", numbers + "::bigint[]");
        columns.put("float8[]", "(select array_agg(g / (%1$s + 3)::float8) from generate_series(1, 400) g)");
        columns.put("boolean[]", "(select array_agg(g %% (%1$s + 3) = 0) from generate_series(1, 3000) g)");
        columns.put("date[]", "(select array_agg(date '2000-01-01' + g * (%1$s + 3)) from generate_series(1, 400) g)");
        columns.put(
                "timestamp[]",
                "(select array_agg(timestamp '2000-01-01' + g * (%1$s + 3) * interval '1 second') from generate_series(1, 400) g)");
        columns.put(
                "timestamptz[]",
                "array_fill(timestamptz '2000-01-01 00:00Z' + (%1$s + 3) * interval '1 second', array[20, 20])");
        columns.put("interval[]", "array_fill((%1$s + 3) * interval '1 second', array[200], array[-5])");
        columns.put("uuid[]", "(select array_agg(md5((g * (%1$s + 3))::text)::uuid) from generate_series(1, 200) g)");
        columns.put("bytea[]", "array[convert_to(" + LARGE + ", 'UTF8')]");
        columns.put("json[]", "array[to_json(" + LARGE + ")]");
        columns.put("jsonb[]", "array[to_jsonb(" + LARGE + ")]");
        columns.put("inet[]", "(select array_agg('10.0.0.0'::inet + g * (%1$s + 3)) from generate_series(1, 400) g)");
        columns.put("mood[]", "array_fill((enum_range(null::mood))[1 + %1$s %% 2], array[900 + %1$s])");
        columns.put("pair[]", "array[row(%1$s, " + LARGE + ")::pair, null]");
        columns.put("point[]", "array_fill(point(%1$s, 0.1), array[200])");
        columns.put("int4range[]", "array_fill(int4range(%1$s, null), array[200])");
        columns.put("hstore[]", "array[hstore('k', " + LARGE + ")]");
        return columns;
    }

    @DisplayName("peer 13, 27, traps 25, 26, 34b: unchanged large values of every type")
    @ParameterizedTest(name = "apply.max-cuts={0}")
    @ValueSource(strings = {"1", "64"})
    void unchanged_large_values_of_every_type_stay_whatever_is_changed_beside_them(String maxCuts) throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            create(pipeline, "d", "default");
            create(pipeline, "f", "full");
            insert(pipeline, 0);
            pipeline.with("apply.max-cuts", maxCuts).start();
            pipeline.catchUp();
            for (int id = 1; id <= 7; id++) {
                insert(pipeline, id);
            }
            both(pipeline, "update %s set n = 1");
            pipeline.catchUp();
            assertThat(pipeline.warehouseValue(
                            "select count(*) from jsonb_object_keys((select _idem_carried from d" + " where id = 0))"))
                    .as("columns that the update left out: all that are stored out of line")
                    .isEqualTo(Integer.toString(COLUMNS.size()));

            changeSomeColumns(pipeline, 1);
            moveKeys(pipeline);
            both(pipeline, "delete from %s where id = 5");
            insert(pipeline, 5);
            both(pipeline, "update %s set n = 3 where id = 5");
            pipeline.assertEqualAndReplayable("d", "f");
            fillsWhatIsMissing(pipeline, 6);

            assertThat(pipeline.warehouseValue("select count(*) from d where _idem_missing is not null"))
                    .isEqualTo("0");
        }
    }

    private static void create(PipelineFixture pipeline, String table, String identity) throws SQLException {
        if (table.equals("d")) {
            for (String extension : "hstore,citext,ltree".split(",", -1)) {
                pipeline.source("create extension " + extension);
                pipeline.warehouse("create extension " + extension);
            }
            pipeline.source(
                    "create type pair as (a int, b text)",
                    "create type mood as enum ('sad', 'glad')",
                    "create domain name_text as text",
                    "create domain numbers as int[]",
                    "create type text_range as range (subtype = text, collation = \"C\")");
        }
        String columns =
                COLUMNS.keySet().stream().map(type -> quoted(type) + " " + type).collect(Collectors.joining(", "));
        String external = COLUMNS.keySet().stream()
                .map(type -> "alter " + quoted(type) + " set storage external")
                .collect(Collectors.joining(", "));
        pipeline.source(
                "create table %s (id int primary key, n int, %s)".formatted(table, columns),
                "alter table %s set (toast_tuple_target = 128), %s".formatted(table, external),
                "alter table %s replica identity %s".formatted(table, identity));
    }

    private static String quoted(String type) {
        return '"' + "c " + type + '"';
    }

    private static void insert(PipelineFixture pipeline, int id) throws SQLException {
        String values = COLUMNS.entrySet().stream()
                .map(column -> "(" + column.getValue().formatted(id) + ")::" + column.getKey())
                .collect(Collectors.joining(", "));
        both(pipeline, "insert into %s select " + id + ", 0, " + values.replace("%", "%%"));
    }

    private static void both(PipelineFixture pipeline, String statement) throws SQLException {
        pipeline.source(statement.formatted("d"), statement.formatted("f"));
    }

    /** Every other column, to another large value, to NULL or to a short one. */
    private static void changeSomeColumns(PipelineFixture pipeline, int id) throws SQLException {
        int place = 0;
        for (Map.Entry<String, String> column : COLUMNS.entrySet()) {
            String value = place++ % 4 == 1 ? "null" : column.getValue().formatted(id + 40);
            if (place % 2 == 0) {
                both(
                        pipeline,
                        "update %s set " + quoted(column.getKey()) + " = (" + value.replace("%", "%%") + ")::"
                                + column.getKey() + " where id = " + id);
            }
        }
        both(pipeline, "update %s set n = 2 where id = " + id);
    }

    private static void moveKeys(PipelineFixture pipeline) throws SQLException {
        both(pipeline, "update %s set id = 102 where id = 2");
        pipeline.transaction(
                "update d set id = 103 where id = 3",
                "update d set n = 7 where id = 103",
                "update d set id = 203, \"c text\" = 'new' where id = 103",
                "update d set id = 104 where id = 4",
                "update d set id = 4 where id = 104",
                "update f set id = 103 where id = 3",
                "update f set id = 203, n = 8 where id = 103");
    }

    /** The row is not there when the partial change comes; an older change that comes later fills it. */
    private static void fillsWhatIsMissing(PipelineFixture pipeline, int id) throws Exception {
        pipeline.warehouse("delete from d where id = " + id);
        pipeline.source("update d set n = 9 where id = " + id);
        pipeline.catchUp();
        assertThat(pipeline.warehouseValue("select cardinality(_idem_missing) from d where n = 9"))
                .as("columns that no change has carried yet")
                .isEqualTo(Integer.toString(COLUMNS.size()));
        pipeline.replayAll();
        pipeline.assertEqualAndReplayable("d", "f");
    }

    @Test
    @DisplayName(
            "peer 30, trap 25: the placeholder of others is a value like any other, in every type that can hold it")
    void placeholder_of_others_as_a_real_value_survives_in_every_type() throws Exception {
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source("create extension hstore", "create type pair as (a int, b text)");
            pipeline.warehouse("create extension hstore");
            String types =
                    "text,varchar,bpchar,bytea,json,jsonb,xml,tsvector,hstore,pair,text[],bytea[],jsonb[],hstore[],int[],"
                            + "uuid[],date[]";
            pipeline.source("create table held (id int primary key, n int, "
                    + java.util.Arrays.stream(types.split(",", -1))
                            .map(type -> quoted(type) + " " + type)
                            .collect(Collectors.joining(", "))
                    + ")");
            pipeline.start();
            pipeline.catchUp();
            for (int times : new int[] {1, 400}) {
                String text = PLACEHOLDER.repeat(times);
                pipeline.source("""
                        insert into held values (%1$d, 0, '%2$s', '%2$s', '%2$s', '%2$s', '"%2$s"', '"%2$s"', '%2$s',
                            '__debezium_unavailable_value', hstore('%2$s', '%2$s'), row(0, '%2$s'), array['%2$s'],
                            array['%2$s'::bytea], array['"%2$s"'::jsonb], array[hstore('%2$s', '%2$s')],
                            (select array_agg(ascii(c)) from regexp_split_to_table('%2$s', '') c),
                            array['b68a35a7-17ad-35b3-af2a-ae46edb4545a'::uuid], array['infinity'::date])""".formatted(times, text));
            }
            pipeline.catchUp();
            pipeline.source("update held set n = 1", "update held set id = id + 1000");

            pipeline.assertEqualAndReplayable("held");
        }
    }
}
