package dev.idem.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestPostgres;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Equal values are equal on every version, whatever the key, the name, the type and the settings of the servers. */
class VerifiedValuesIT {

    private static final List<String> KEYS = List.of(
            "smallint|(i)",
            "bigint|(i * 1000000007::bigint)",
            "numeric|(i / 7.0)",
            "double precision|(case when i = 1 then 'NaN' else i / 7.0 end)",
            "uuid|(md5(i::text)::uuid)",
            "date|(date '2026-01-01' + i)",
            "timestamp with time zone|(timestamptz '2026-03-29 00:00 UTC' + i * interval '7 min')",
            "interval|(i * interval '1 day')",
            "bytea|(decode(md5(i::text), 'hex'))",
            "inet|('10.0.0.0'::inet + i)",
            "text|(case i % 3 when 0 then upper(md5(i::text)) when 1 then 'ä' || i else '\\' || i || '\"' end)",
            "character varying(40)|(md5(i::text))",
            "character(40)|(md5(i::text))",
            "name|(md5(i::text)::name)",
            "jsonb|(jsonb_build_object('k', i))",
            "text[]|(array[i::text, null, 'a,b'])",
            "int4range|(int4range(i, i + 5))",
            "pair|(row(i, 'x,' || i)::pair)",
            "mood|((array['sad','ok','glad']::mood[])[1 + i % 3])",
            "small_text|(md5(i::text)::small_text)",
            "positive|(i::positive)");

    @ParameterizedTest
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    void keys_of_any_type_find_what_differs_and_nothing_else(String version) throws Exception {
        try (TestPostgres server = TestPostgres.start(version)) {
            VerifiedPair pair = VerifiedPair.create(server)
                    .onBoth(
                            "create type pair as (a int, b text)",
                            "create type mood as enum ('sad', 'ok', 'glad')",
                            "create domain small_text as text",
                            "create domain positive as int check (value > 0)");
            for (int i = 0; i < KEYS.size(); i++) {
                String[] key = KEYS.get(i).split("\\|", 2);
                pair.onBoth(
                        "create table t%d (second int, k %s, v text, primary key (k, second))".formatted(i, key[0]),
                        "insert into t%d select i %% 5, %s, 'v' from generate_series(1, 60) i on conflict do nothing"
                                .formatted(i, key[1]));
            }

            for (int i = 0; i < KEYS.size(); i++) {
                String table = "t" + i;
                TableResult healthy = pair.compare("public." + table);
                assertThat(healthy).as("%s %s", KEYS.get(i), healthy).matches(TableResult::isEqual);
                pair.inWarehouse(
                        "update %1$s set v = 'x' where ctid = (select max(ctid) from %1$s)".formatted(table),
                        "delete from %1$s where ctid = (select min(ctid) from %1$s)".formatted(table));
                TableResult damaged = pair.compare("public." + table);
                assertThat(damaged.counts().differing()).as(KEYS.get(i)).isEqualTo(1);
                assertThat(damaged.counts().missing()).as(KEYS.get(i)).isEqualTo(1);
                assertThat(damaged.counts().differences()).as(KEYS.get(i)).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    void settings_of_servers_do_not_make_differences(String version) throws Exception {
        try (TestPostgres server = TestPostgres.start(version)) {
            VerifiedPair pair = VerifiedPair.create(server);
            server.execute(
                    "alter database " + pair.warehouseName() + " set timezone = 'Asia/Kolkata'",
                    "alter database " + pair.warehouseName() + " set datestyle = 'German'",
                    "alter database " + pair.warehouseName() + " set intervalstyle = 'iso_8601'",
                    "alter database " + pair.warehouseName() + " set bytea_output = 'escape'",
                    "alter database " + pair.warehouseName() + " set extra_float_digits = 0",
                    "alter database " + pair.warehouseName() + " set search_path = 'elsewhere'");
            pair.onBoth(
                    "create schema \"We\"\"ird\"",
                    "create table \"We\"\"ird\".\"sel.ect\" (\"Key\"\"?\" int, \"per cent %s\" timestamptz,"
                            + " \"näme\" float8, e bytea, d interval, big text, primary key (\"Key\"\"?\"))",
                    "insert into \"We\"\"ird\".\"sel.ect\" select i, timestamptz '2026-01-01 00:00 UTC', i / 3.0,"
                            + " '\\x00ff', interval '1 mon 2 days', repeat('€', 5000) from generate_series(1, 30) i",
                    "insert into \"We\"\"ird\".\"sel.ect\" values (31, 'infinity', 'NaN', null, null, ''),"
                            + " (32, '-infinity', '-Infinity', '', null, null)");

            TableResult result = pair.compare("We\"ird.sel.ect");

            assertThat(result).matches(TableResult::isEqual);
            assertThat(result.counts().rows()).isEqualTo(32);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.idem.testing.PostgresVersions#chosen")
    void partitioned_inherited_and_generated_are_compared_as_they_are_replicated(String version) throws Exception {
        try (TestPostgres server = TestPostgres.start(version)) {
            VerifiedPair pair = VerifiedPair.create(server)
                    .atSource(
                            "create table parts (id int primary key, v text) partition by hash (id)",
                            "create table parts_0 partition of parts for values with (modulus 2, remainder 0)",
                            "create table parts_1 partition of parts for values with (modulus 2, remainder 1)",
                            "create table parent (id int primary key, w int generated always as (id * 2) stored)",
                            "create table child () inherits (parent)",
                            "insert into child values (500)")
                    .inWarehouse(
                            "create table parts (id int primary key, v text)",
                            "create table parent (id int primary key, w int)")
                    .onBoth(
                            "insert into parts select i, 'v' from generate_series(1, 50) i",
                            "insert into parent (id) select generate_series(1, 20)");

            Verification result = pair.verify("public.parts", "public.parent");

            assertThat(result.verdict()).isEqualTo("Equal: 2 tables, 70 rows, every value is the same.");
            assertThat(result.tables().get(1).generated()).containsExactly("w");
            pair.inWarehouse("update parts set v = '' where id = 50");
            assertThat(pair.compare("public.parts").counts().differing()).isEqualTo(1);
        }
    }
}
