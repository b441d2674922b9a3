package dev.idem.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.idem.change.TableId;
import dev.idem.change.Topics;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Tables of some thirty columns, a case each, whose rows go every way that a value can take. The thousands of a row's
 * id tell the way.
 */
final class TypeMatrix {

    private static final int WIDTH = 30;
    private static final int WITH_KEY = 7;

    private final PipelineFixture pipeline;
    private final List<List<TypeCase>> groups = new ArrayList<>();

    TypeMatrix(PipelineFixture pipeline, List<TypeCase> cases) {
        this.pipeline = pipeline;
        for (int i = 0; i < cases.size(); i += WIDTH) {
            groups.add(cases.subList(i, Math.min(cases.size(), i + WIDTH)));
        }
    }

    /**
     * Makes tables with replica identity FULL (f), DEFAULT (d) and without a key (n), with the rows for the snapshot.
     */
    void create() throws SQLException {
        List<String> refused = new ArrayList<>();
        for (int group = 0; group < groups.size(); group++) {
            create(group, refused);
        }
        if (!refused.isEmpty()) {
            throw new AssertionError("the source refuses values of the catalogue:\n" + String.join("\n", refused));
        }
    }

    private void create(int group, List<String> refused) throws SQLException {
        List<TypeCase> columns = groups.get(group);
        String definitions = list(columns, i -> "c" + i + " " + columns.get(i).type());
        pipeline.source(
                "create table types.f%d (id int primary key, n int, %s)".formatted(group, definitions),
                "create table types.d%d (id int primary key, n int, %s)".formatted(group, definitions),
                "create table types.n%d (id int, n int, %s)".formatted(group, definitions),
                "alter table types.f%d replica identity full".formatted(group),
                "alter table types.n%d replica identity full".formatted(group));
        int rows = columns.stream().mapToInt(c -> c.values().size()).max().orElseThrow();
        for (int i = 0; i <= rows; i++) {
            int row = i;
            String values = list(
                    columns,
                    c -> row < columns.get(c).values().size()
                            ? columns.get(c).values().get(row)
                            : "null");
            try {
                pipeline.source("insert into types.f%d values (%d, 0, %s)".formatted(group, 1000 + i, values));
            } catch (SQLException e) {
                blame(group, row, refused);
            }
        }
        for (String table : List.of("f", "d", "n")) {
            for (int way : table.equals("f") ? List.of(4, 5, 6, 7) : List.of(1, 4, 5, 6, 7)) {
                copy(table, group, way);
            }
            pipeline.source("insert into types.%s%d (id, n) select id + 2000, 0 from types.f%d where id < 2000"
                    .formatted(table, group, group));
        }
    }

    private void blame(int group, int row, List<String> refused) {
        List<TypeCase> columns = groups.get(group);
        for (int c = 0; c < columns.size(); c++) {
            TypeCase column = columns.get(c);
            if (row < column.values().size()) {
                try {
                    pipeline.source(
                            "insert into types.f%d (id, c%d) values (-1, %s)"
                                    .formatted(group, c, column.values().get(row)),
                            "delete from types.f%d where id < 0".formatted(group));
                } catch (SQLException e) {
                    refused.add(column.type() + " " + column.values().get(row) + ": " + e.getMessage());
                }
            }
        }
    }

    private void copy(String table, int group, int way) throws SQLException {
        String columns = columns(group);
        pipeline.source("insert into types.%s%d (id, n, %s) select id + %d, 0, %s from types.f%d where id < 2000"
                .formatted(table, group, columns, way * 1000 - 1000, columns, group));
    }

    private String columns(int group) {
        return list(groups.get(group), i -> "c" + i);
    }

    private static String list(List<TypeCase> columns, Function<Integer, String> column) {
        return IntStream.range(0, columns.size()).boxed().map(column).collect(Collectors.joining(", "));
    }

    /** What the stream is to bring. */
    void change() throws SQLException {
        for (int group = 0; group < groups.size(); group++) {
            String columns = columns(group);
            for (String table : List.of("f", "d", "n")) {
                copy(table, group, 2);
                String name = "types." + table + group;
                String set = "update %s t set (%s) = (select %s from types.f%d s where s.id = "
                        .formatted(name, columns, columns, group);
                pipeline.source(
                        set + "t.id - 2000) where t.id between 3000 and 3999",
                        set + "t.id - 2999) where t.id between 4000 and 4999",
                        "update " + name + " set n = 1 where id between 5000 and 5999",
                        "delete from " + name + " where id between 6000 and 6999",
                        "update " + name + " set id = id + 500 where id between 7000 and 7499");
            }
        }
    }

    /** What is not equal, a line each. */
    List<String> differences(Map<String, Map<Integer, Integer>> equal) throws Exception {
        List<String> differences = new ArrayList<>();
        for (int group = 0; group < groups.size(); group++) {
            for (String table : List.of("f", "d", "n")) {
                compare(table, group, equal, differences);
            }
            compareOldImages(group, equal, differences);
        }
        return differences;
    }

    private void compare(String table, int group, Map<String, Map<Integer, Integer>> equal, List<String> differences)
            throws SQLException {
        List<String> readers = readers(table + group);
        Map<Integer, List<String>> source;
        Map<Integer, List<String>> warehouse;
        try (Connection connection = pipeline.sourceConnection()) {
            source = read(connection, table + group, readers);
        }
        try (Connection connection = pipeline.warehouseConnection()) {
            warehouse = read(connection, table + group, readers);
        }
        source.forEach((id, row) -> {
            List<String> arrived = warehouse.get(id);
            if (arrived == null) {
                differences.add(table + group + " row " + id + " is missing");
                return;
            }
            for (int c = 0; c < row.size(); c++) {
                TypeCase column = groups.get(group).get(c);
                if (row.get(c).equals(arrived.get(c))) {
                    equal.computeIfAbsent(column.type(), type -> new TreeMap<>())
                            .merge(id / 1000, 1, Integer::sum);
                } else {
                    differences.add(column.type() + " in " + table + group + " row " + id + ": " + shortened(row.get(c))
                            + " arrived as " + shortened(arrived.get(c)));
                }
            }
        });
        warehouse.keySet().stream()
                .filter(id -> !source.containsKey(id))
                .forEach(id -> differences.add(table + group + " row " + id + " is too much"));
    }

    private static String shortened(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }

    /** The text, and the binary form where the type is PostgreSQL's own. */
    private List<String> readers(String table) throws SQLException {
        try (Connection connection = pipeline.sourceConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select a.attname, case when t.oid < 16384 and t.typname not in ('refcursor', '_aclitem')
                          then t.typsend::text else '-' end
                        from pg_attribute a join pg_type t on t.oid = a.atttypid
                        where a.attrelid = 'types.%s'::regclass and a.attname like 'c%%' and a.attnum > 2
                        order by a.attnum""".formatted(table))) {
            List<String> readers = new ArrayList<>();
            while (rows.next()) {
                String text = "coalesce(case when num_nulls(%1$s) = 0 then format('<%%s>', %1$s) end, 'NULL')"
                        .formatted(rows.getString(1));
                readers.add(
                        rows.getString(2).equals("-")
                                ? text
                                : text
                                        + " || coalesce(encode(%s(%s), 'hex'), '')"
                                                .formatted(rows.getString(2), rows.getString(1)));
            }
            return readers;
        }
    }

    private static Map<Integer, List<String>> read(Connection connection, String table, List<String> readers)
            throws SQLException {
        Map<Integer, List<String>> rows = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set datestyle to 'ISO, YMD'; set timezone to 'UTC'; set extra_float_digits to 1;"
                    + " set intervalstyle to postgres; set bytea_output to hex; set lc_monetary to 'C'");
            try (ResultSet row =
                    statement.executeQuery("select id, " + String.join(", ", readers) + " from types." + table)) {
                while (row.next()) {
                    List<String> texts = new ArrayList<>();
                    for (int i = 0; i < readers.size(); i++) {
                        texts.add(row.getString(i + 2));
                    }
                    rows.put(row.getInt(1), texts);
                }
            }
        }
        return rows;
    }

    private void compareOldImages(int group, Map<String, Map<Integer, Integer>> equal, List<String> differences)
            throws Exception {
        List<String> texts = IntStream.range(0, groups.get(group).size())
                .mapToObj(c -> "case when num_nulls(c%1$d) = 0 then format('%%s', c%1$d) end".formatted(c))
                .toList();
        Map<Integer, List<String>> source;
        try (Connection connection = pipeline.sourceConnection()) {
            source = read(connection, "f" + group, texts);
        }
        int seen = 0;
        for (JsonNode before : oldImages("f" + group)) {
            int id = before.get("id").asInt();
            if (id / 1000 == 3) {
                continue;
            }
            seen++;
            List<String> expected = Objects.requireNonNull(source.get(1000 + id % 500));
            for (int c = 0; c < expected.size(); c++) {
                TypeCase column = groups.get(group).get(c);
                JsonNode value = before.get("c" + c);
                String found = value == null ? "left out" : value.isNull() ? null : value.asText();
                boolean flag = value != null && value.isBoolean();
                String wanted = expected.get(c);
                if (Objects.equals(flag && wanted != null ? (wanted.equals("t") ? "true" : "false") : wanted, found)) {
                    equal.computeIfAbsent(column.type(), type -> new TreeMap<>())
                            .merge(WITH_KEY + 1, 1, Integer::sum);
                } else {
                    differences.add(column.type() + " before-image of f" + group + " row " + id + ": "
                            + shortened(String.valueOf(wanted)) + " came as " + shortened(String.valueOf(found)));
                }
            }
        }
        if (seen == 0) {
            differences.add("no before-images of f" + group);
        }
    }

    private List<JsonNode> oldImages(String table) throws IOException {
        Map<String, Object> options = Map.of(
                "bootstrap.servers", pipeline.bootstrapServers(),
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest");
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> images = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(new Topics(pipeline.name()).of(new TableId("types", table))).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    JsonNode before = record.value() == null
                            ? null
                            : json.readTree(record.value()).get("before");
                    if (before != null && before.isObject()) {
                        images.add(before);
                    }
                }
            }
        }
        return images;
    }
}
