package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.ColumnValue;
import dev.idem.change.EnvelopeCodec;
import dev.idem.change.Row;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.source.SourceCatalogue;
import dev.idem.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A value comes out as the source's own text, by the snapshot and by the stream alike. */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("dev.idem.testing.PostgresVersions#chosen")
class CaptureValuesIT {

    private static final Map<String, List<String>> VALUES = new TreeMap<>(Map.ofEntries(
            Map.entry("smallint", List.of("-32768", "32767")),
            Map.entry("integer", List.of("-2147483648", "0")),
            Map.entry("bigint", List.of("-9223372036854775808", "9223372036854775807")),
            Map.entry("real", List.of("1.17549435e-38", "NaN", "-0", "0.1", "Infinity")),
            Map.entry("double precision", List.of("2.2250738585072014e-308", "-Infinity", "-0", "0.1", "1e22")),
            Map.entry("numeric", List.of("1.00", "NaN", "123456789012345678901234567890.000000000000000000001")),
            Map.entry("numeric(10,2)", List.of("-99999999.99", "0")),
            Map.entry(
                    "text", List.of("", "quote \" back \\ slash", "line\nbreak", "ünïcödé ✓ 𝄞", "null", "unchanged")),
            Map.entry("character varying(20)", List.of(" blanks ", "__debezium_")),
            Map.entry("character(5)", List.of("ab", "", "12345")),
            Map.entry("\"char\"", List.of("x")),
            Map.entry("name", List.of("a name")),
            Map.entry("boolean", List.of("true", "false")),
            Map.entry(
                    "date",
                    List.of("2024-02-29", "infinity", "-infinity", "0044-03-15 BC", "1582-10-10", "99999-01-01")),
            Map.entry("time", List.of("24:00:00", "00:00:00", "12:34:56.123456")),
            Map.entry("timetz", List.of("12:34:56.1+05:30", "00:00:00-15:59:59")),
            Map.entry(
                    "timestamp",
                    List.of(
                            "2024-01-01 00:00:00.000001",
                            "infinity",
                            "-infinity",
                            "0044-03-15 12:00 BC",
                            "294276-12-31")),
            Map.entry(
                    "timestamptz",
                    List.of("2024-07-01 12:00+02", "infinity", "1969-12-31 23:59:59.999999Z", "0044-03-15 12:00 BC")),
            Map.entry("interval", List.of("1 year 2 mons -3 days 04:05:06.7", "-178000000 years")),
            Map.entry("uuid", List.of("b68a35a7-17ad-35b3-af2a-ae46edb4545a")),
            Map.entry("json", List.of("{\"b\" : 1,  \"a\": [1.10, null]}")),
            Map.entry("jsonb", List.of("{\"b\": 1.10, \"a\": \"\\u00fc\"}", "null", "12345678901234567890.12")),
            Map.entry("bytea", List.of("\\x00ff10", "\\x")),
            Map.entry("integer[]", List.of("{}", "{1,NULL,3}", "{{1,2},{3,4}}", "[2:3]={7,8}")),
            Map.entry("text[]", List.of("{\"a,b\",NULL,\"NULL\",\"\"}")),
            Map.entry("numeric[]", List.of("{NaN,1.0}")),
            Map.entry("timestamptz[]", List.of("{\"2024-07-01 12:00+02\",infinity}")),
            Map.entry("vals.mood", List.of("sad", "so so")),
            Map.entry("vals.pair", List.of("(1,\"a \"\"b\"\"\")")),
            Map.entry("vals.positive", List.of("7")),
            Map.entry("int4range", List.of("[1,5)", "empty", "(,)")),
            Map.entry("tstzrange", List.of("[2024-01-01 00:00+00,)")),
            Map.entry("inet", List.of("10.1.2.3", "10.0.0.0/8", "::1")),
            Map.entry("cidr", List.of("10.0.0.0/8")),
            Map.entry("macaddr", List.of("08:00:2b:01:02:03")),
            Map.entry("bit(3)", List.of("101")),
            Map.entry("bit varying", List.of("1", "")),
            Map.entry("money", List.of("-1234.56")),
            Map.entry("point", List.of("(1.5,-2)")),
            Map.entry("polygon", List.of("((0,0),(1,1),(1,0))")),
            Map.entry("xml", List.of("<a b=\"c\">d</a>")),
            Map.entry("tsvector", List.of("'fat':2 'it''s':1A")),
            Map.entry("pg_lsn", List.of("16/B374D848")),
            Map.entry("xid", List.of("42")),
            Map.entry("oid", List.of("4294967295"))));

    private static final int STREAMED = 1000;

    private final TestServers servers;
    private final TestPostgres source;

    CaptureValuesIT(String version) {
        servers = TestServers.of(version);
        source = servers.source();
    }

    @Test
    @DisplayName("trap 22: snapshot and stream give one value one text, that of the source")
    void snapshot_and_stream_give_the_text_of_the_source() throws Exception {
        List<String> types = List.copyOf(VALUES.keySet());
        int rows = VALUES.values().stream().mapToInt(List::size).max().orElseThrow();
        String columns = types.stream()
                .map(type -> "c" + types.indexOf(type) + " " + type)
                .collect(Collectors.joining(", "));
        try (CaptureFixture fixture = servers.capture(
                "vals",
                "create type vals.mood as enum ('sad', 'so so')",
                "create type vals.pair as (a int, b text)",
                "create domain vals.positive as integer check (value > 0)",
                "create table vals.t (id int primary key, " + columns + ")")) {
            for (int row = 0; row < rows; row++) {
                source.execute(insert(types, row, row));
            }
            try (Capture capture = fixture.startStreaming()) {
                for (int row = 0; row < rows; row++) {
                    source.execute(insert(types, row, STREAMED + row));
                }
                fixture.awaitCaughtUp(capture);
            }
            List<TestLog.Event> events = fixture.log().events("vals", "t");
            assertThat(events).hasSize(2 * rows);
            Map<String, List<String>> expected = expected(types.size());
            for (TestLog.Event event : events) {
                List<String> texts = texts(fixture, event);
                assertThat(texts).as(event.operation() + " " + event.key()).isEqualTo(expected.get(texts.get(0)));
            }
        }
    }

    @Test
    @DisplayName("trap 25: a large value left unchanged is not carried, and the placeholder as a real value is")
    void unchanged_large_value_is_absent_and_placeholder_text_survives() throws Exception {
        try (CaptureFixture fixture = servers.capture(
                        "toast",
                        "create table toast.t (id int primary key, n int, large text, arr numeric[])",
                        "alter table toast.t alter large set storage external, alter arr set storage external");
                Capture capture = fixture.startStreaming()) {
            source.execute(
                    "insert into toast.t select 1, 1, repeat('x', 9000), array_agg(i) from generate_series(1, 2000) i",
                    "update toast.t set n = 2",
                    "update toast.t set id = 2",
                    "update toast.t set large = '__debezium_unavailable_value', arr = null");
            fixture.awaitCaughtUp(capture);

            List<Row> rows = new ArrayList<>();
            for (TestLog.Event event : fixture.log().events("toast", "t")) {
                if (!event.operation().equals("d")) {
                    rows.add(row(fixture, event));
                }
            }
            assertThat(rows.get(0).isComplete()).isTrue();
            assertThat(rows.get(1).get(2)).isEqualTo(ColumnValue.UNAVAILABLE);
            assertThat(rows.get(1).get(3)).isEqualTo(ColumnValue.UNAVAILABLE);
            assertThat(rows.get(2).get(2))
                    .as("on the second half of a key change")
                    .isEqualTo(ColumnValue.UNAVAILABLE);
            assertThat(rows.get(3).get(2)).isEqualTo(ColumnValue.of("__debezium_unavailable_value"));
            assertThat(rows.get(3).get(3)).isEqualTo(ColumnValue.NULL);
        }
    }

    private static String insert(List<String> types, int row, int id) {
        String values = types.stream()
                .map(type -> {
                    List<String> given = VALUES.getOrDefault(type, List.of());
                    return row < given.size() ? "'" + given.get(row).replace("'", "''") + "'::" + type : "null";
                })
                .collect(Collectors.joining(", "));
        return "insert into vals.t values (" + id + ", " + values + ")";
    }

    /** What the output functions print in a session set like the capture's; by the row's id. */
    private Map<String, List<String>> expected(int columns) throws SQLException {
        StringBuilder sql = new StringBuilder("select id::text");
        for (int i = 0; i < columns; i++) {
            sql.append(", case when num_nulls(c")
                    .append(i)
                    .append(") = 0 then format('%s', c")
                    .append(i)
                    .append(") end");
        }
        Map<String, List<String>> rows = new TreeMap<>();
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set datestyle to 'ISO, YMD'; set timezone to 'UTC'; set extra_float_digits to 1;"
                    + " set intervalstyle to postgres; set bytea_output to hex");
            try (ResultSet row =
                    statement.executeQuery(sql.append(" from vals.t").toString())) {
                while (row.next()) {
                    List<String> texts = new ArrayList<>();
                    for (int i = 1; i <= columns + 1; i++) {
                        texts.add(String.valueOf(row.getString(i)));
                    }
                    rows.put(texts.get(0), texts);
                }
            }
        }
        return rows;
    }

    private List<String> texts(CaptureFixture fixture, TestLog.Event event) throws SQLException {
        Row row = row(fixture, event);
        TableDefinition definition = definition(fixture);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            boolean flag = definition.columns().get(i).type().equals("boolean");
            texts.add(row.get(i).match(text -> flag ? text.substring(0, 1) : text, () -> "null", () -> "unavailable"));
        }
        return texts;
    }

    private Row row(CaptureFixture fixture, TestLog.Event event) throws SQLException {
        byte[] value = String.valueOf(event.value()).getBytes(StandardCharsets.UTF_8);
        Row after = new EnvelopeCodec().decode(value, definition(fixture)).after();
        if (after == null) {
            throw new AssertionError("no new image");
        }
        return after;
    }

    private TableDefinition definition(CaptureFixture fixture) throws SQLException {
        try (Connection connection = source.connect()) {
            return new SourceCatalogue(connection)
                    .definition(new TableId(fixture.name(), "t"))
                    .orElseThrow();
        }
    }
}
