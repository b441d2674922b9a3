package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.process.PipelineFixture.Servers;
import dev.idem.testing.PostgresVersions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every value of every type arrives as it is, whatever way it takes; {@code docs/types.md} is written from here. */
class TypeMatrixIT {

    private static final List<String> USERS_TYPES = List.of(
            "create schema types",
            "create type types.\"Odd Mood\" as enum ('sad', 'it''s \\ \"fine\", {so}', '', 'NULL', 'ünï 😀, (x) [y]', '"
                    + "L".repeat(63) + "')",
            "create domain types.positive as integer check (value > 0)",
            "create domain types.small_positive as types.positive check (value < 10)",
            "create domain types.padded as char(5)",
            "create domain types.numbers as integer[]",
            "create type types.pair as (a int, \"b c\" text)",
            "create type types.nested as (p types.pair, ps types.pair[], mood types.\"Odd Mood\")",
            "create type types.texts as range (subtype = text, collation = \"C\", multirange_type_name = types.multitexts)",
            "create domain types.mood_name as types.\"Odd Mood\"",
            "create domain types.place as types.pair",
            "create domain types.span as numrange",
            "create domain types.grid as types.numbers",
            "create type types.wide as (a numeric(10, 2)[], b types.numbers, c types.texts, d jsonb, e text[],"
                    + " f types.pair[], g types.small_positive, h timestamptz, i bytea, j types.mood_name, k point,"
                    + " l interval, m bit varying)",
            "create type types.moods as range (subtype = types.\"Odd Mood\", multirange_type_name = types.moodses)",
            "create type types.upside_down as range (subtype = text, collation = \"C\", subtype_opclass ="
                    + " text_pattern_ops)");

    /** What no table can bring over, with the reason. */
    static final Map<String, String> LEFT_OUT = new TreeMap<>(Map.of(
            "gtsvector", "its input function refuses every text; it exists inside of indexes only",
            "pg_brin_bloom_summary", "its input function refuses every text; it exists inside of indexes only",
            "pg_brin_minmax_multi_summary", "its input function refuses every text; it exists inside of indexes only",
            "pg_dependencies", "its input function refuses every text; it exists in statistics only",
            "pg_mcv_list", "its input function refuses every text; it exists in statistics only",
            "pg_ndistinct", "its input function refuses every text; it exists in statistics only",
            "pg_node_tree", "its input function refuses every text; it exists in the catalogue only"));

    private static final TypeDocument DOCUMENT = new TypeDocument();

    @AfterAll
    static void writeOrCheckTheDocument() {
        DOCUMENT.finish();
    }

    @ParameterizedTest(name = "PostgreSQL {0}")
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    @DisplayName("peer 33-53, 55, traps 22, 42-44: every value of every type arrives by every way")
    void every_value_of_every_type_arrives_by_every_way(String version) throws Exception {
        try (Servers servers = Servers.start(version);
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            run(pipeline, version, true);
        }
    }

    @Test
    @DisplayName("peer 42: settings of the JVM, the databases and the roles change no value")
    void settings_of_jvm_and_databases_change_no_value() throws Exception {
        TimeZone before = TimeZone.getDefault();
        String version = PostgresVersions.first();
        try (Servers servers = Servers.start(version);
                PipelineFixture pipeline = new PipelineFixture(servers)) {
            TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
            for (String setting : List.of(
                    "timezone = 'Asia/Kolkata'",
                    "datestyle = 'SQL, DMY'",
                    "intervalstyle = 'iso_8601'",
                    "bytea_output = 'escape'",
                    "extra_float_digits = '-10'",
                    "xmlbinary = 'hex'",
                    "default_text_search_config = 'pg_catalog.german'",
                    "lc_monetary = 'C'",
                    "search_path = 'public'")) {
                String alter = "alter database " + pipeline.name() + " set " + setting;
                pipeline.source(alter, alter.replace("database " + pipeline.name(), "role current_user"));
                pipeline.warehouse(alter, alter.replace("database " + pipeline.name(), "role current_user"));
            }
            pipeline.warehouse(
                    "alter database " + pipeline.name() + " set array_nulls = off",
                    "alter role current_user set xmloption = 'document'");
            run(pipeline, version, false);
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private static void run(PipelineFixture pipeline, String version, boolean documented) throws Exception {
        int major = Integer.parseInt(version);
        for (String statement : USERS_TYPES) {
            pipeline.source(major < 14 ? statement.replaceAll(", multirange_type_name = [a-z.]+", "") : statement);
        }
        List<String> available = new ArrayList<>();
        for (String extension : TypeCase.all().stream()
                .flatMap(type -> type.extension().stream())
                .distinct()
                .toList()) {
            if (!pipeline.sourceValue("select 1 from pg_available_extensions where name = '" + extension + "'")
                    .isEmpty()) {
                pipeline.source("create extension " + extension);
                pipeline.warehouse("create extension " + extension);
                available.add(extension);
            }
        }
        List<TypeCase> cases = TypeCase.all().stream()
                .filter(type -> type.since() <= major)
                .map(type -> type.on(major))
                .filter(type -> type.extension().map(available::contains).orElse(true))
                .flatMap(type -> type.hasArray() ? Stream.of(type, type.array()) : Stream.of(type))
                .toList();
        TypeMatrix matrix = new TypeMatrix(pipeline, cases);
        matrix.create();
        assertThat(baseTypesWithoutCase(pipeline)).isEmpty();
        pipeline.start();
        pipeline.catchUp();
        matrix.change();
        pipeline.catchUp();
        Map<String, Map<Integer, Integer>> equal = new TreeMap<>();
        List<String> differences = new ArrayList<>(matrix.differences(equal));
        pipeline.replayAll();
        matrix.differences(new TreeMap<>()).forEach(line -> differences.add("after a replay: " + line));
        String refusals = pipeline.warehouseValue(
                "select string_agg(source_table || ' ' || reason, e'\n') from (select distinct source_table, reason"
                        + " from idem.dead_letter limit 20) d");
        assertThat(differences.stream().limit(200)).as("refused: %s", refusals).isEmpty();
        if (documented) {
            DOCUMENT.ran(version, cases, equal);
        }
    }

    /** Base types, ranges and multiranges of pg_catalog that no table above has a column of. */
    private static List<String> baseTypesWithoutCase(PipelineFixture pipeline) throws SQLException {
        String names = pipeline.sourceValue("""
                select coalesce(string_agg(t.typname, ',' order by t.typname), '')
                from pg_type t
                where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype in ('b', 'r', 'm')
                  and t.typcategory <> 'A'
                  and not exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
                    where c.relnamespace = 'types'::regnamespace and a.atttypid = t.oid)
                """);
        return Arrays.stream(names.split(",", -1))
                .filter(name -> !name.isEmpty() && !LEFT_OUT.containsKey(name))
                .toList();
    }
}
