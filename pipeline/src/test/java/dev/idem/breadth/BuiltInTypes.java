package dev.idem.breadth;

import static dev.idem.breadth.ValueType.key;
import static dev.idem.breadth.ValueType.mostly;
import static dev.idem.breadth.ValueType.oneOf;
import static dev.idem.breadth.ValueType.plain;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** PostgreSQL's own types with values from their middle and their ends. */
final class BuiltInTypes {

    static final ValueType INTEGER =
            key("integer", mostly(random -> Texts.number(random, 400), "-2147483648", "2147483647", "0"));
    static final ValueType BIGINT =
            key("bigint", mostly(random -> Texts.number(random, 400), "-9223372036854775808", "9223372036854775807"));

    private BuiltInTypes() {}

    static List<ValueType> all() {
        List<ValueType> types = new ArrayList<>();
        types.addAll(numbers());
        types.addAll(texts());
        types.addAll(times());
        types.addAll(others());
        types.addAll(shapes());
        types.addAll(ranges());
        List<ValueType> arrays = List.of(
                INTEGER.array(1),
                INTEGER.array(2),
                key("text", Texts::any).array(1),
                plain("numeric", Texts::decimal).array(2),
                plain("timestamp with time zone", BuiltInTypes::timestamp).array(1),
                plain("jsonb", Texts::json).array(1),
                plain("boolean", oneOf("t", "f")).array(3),
                plain("bytea", random -> "\\x" + Texts.hex(random, 8)).array(1),
                plain("box", random -> Texts.point(random) + "," + Texts.point(random))
                        .array(1),
                plain("int4range", Texts::range).array(1));
        types.addAll(arrays);
        return types;
    }

    private static List<ValueType> numbers() {
        return List.of(
                key("smallint", mostly(random -> Texts.number(random, 300), "-32768", "32767")),
                INTEGER,
                BIGINT,
                key("numeric", mostly(Texts::decimal, "NaN", "0.00", "1e60", "-0.000000000000000000000000000000001")),
                key("numeric(10,3)", mostly(Texts::decimal, "NaN", "9999999.999")),
                plain("numeric(30,10)", Texts::decimal),
                plain(
                        "real",
                        mostly(Texts::decimal, "NaN", "Infinity", "-Infinity", "-0", "1.17549e-38", "3.4028235e38")),
                key(
                        "double precision",
                        mostly(
                                Texts::decimal,
                                "NaN",
                                "Infinity",
                                "-Infinity",
                                "-0",
                                "0",
                                "5e-324",
                                "1.7976931348623157e308")),
                plain("money", mostly(Texts::decimal, "-92233720368547758.08", "92233720368547758.07")),
                key("oid", mostly(random -> Texts.number(random, 500), "4294967295")));
    }

    private static List<ValueType> texts() {
        return List.of(
                key("text", Texts::word),
                plain("text", Texts::any),
                key("character varying(20)", Texts::word),
                plain("character varying", Texts::any),
                key("character(8)", mostly(Texts::word, "", "a  ")),
                plain("\"char\"", oneOf("a", "", "~")),
                plain("name", Texts::word),
                plain("text collate \"C\"", Texts::word),
                plain("json", Texts::json),
                plain("jsonb", Texts::json),
                key("bytea", random -> "\\x" + Texts.hex(random, 4)),
                plain("bytea", random -> "\\x" + Texts.hex(random, random.nextInt(6) == 0 ? 6_000 : 10)),
                plain("tsvector", mostly(random -> Texts.word(random) + ":1A fat:2,4", "", "'it''s' 'b c':3")),
                plain("tsquery", mostly(random -> Texts.word(random) + " & !b:*", "'a b' <-> c")));
    }

    private static List<ValueType> times() {
        return List.of(
                key(
                        "date",
                        mostly(
                                Texts::date,
                                "infinity",
                                "-infinity",
                                "4713-01-01 BC",
                                "5874897-12-31",
                                "0001-01-01",
                                "1582-10-10")),
                plain("time", mostly(Texts::time, "24:00:00", "00:00:00")),
                plain("time(0)", Texts::time),
                plain(
                        "time with time zone",
                        mostly(random -> Texts.time(random) + "+05:30", "24:00:00-15:59", "00:00:00+15:59:59")),
                key(
                        "timestamp",
                        mostly(
                                BuiltInTypes::timestamp,
                                "infinity",
                                "-infinity",
                                "4713-01-01 00:00:00 BC",
                                "294276-12-31 23:59:59.999999")),
                plain("timestamp(3)", BuiltInTypes::timestamp),
                key(
                        "timestamp with time zone",
                        mostly(
                                BuiltInTypes::timestamp,
                                "infinity",
                                "-infinity",
                                "4713-01-02 00:00:00+00 BC",
                                "294276-12-31 00:00:00+00")),
                plain(
                        "interval",
                        mostly(
                                random -> random.nextInt(50) + " mons -3 days " + Texts.time(random),
                                "-178000000 years",
                                "00:00:00",
                                "1 day -00:00:01")),
                plain("interval day to second(2)", random -> random.nextInt(50) + " days " + Texts.time(random)));
    }

    private static List<ValueType> others() {
        return List.of(
                key("boolean", oneOf("t", "f")),
                key("uuid", Texts::uuid),
                key(
                        "inet",
                        mostly(
                                random -> "10.0.0." + random.nextInt(256) + "/" + (8 + random.nextInt(25)),
                                "::1",
                                "2001:db8::/32")),
                plain("cidr", mostly(random -> "10." + random.nextInt(256) + ".0.0/16", "::/0")),
                plain("macaddr", random -> "08:00:2b:01:02:" + Texts.hex(random, 2)),
                plain("macaddr8", random -> "08:00:2b:ff:fe:01:02:" + Texts.hex(random, 2)),
                plain("bit(5)", random -> Texts.bits(random, 5)),
                plain("bit varying", random -> Texts.bits(random, random.nextInt(40))),
                plain("pg_lsn", random -> "16/" + Texts.hex(random, 6)),
                plain("txid_snapshot", oneOf("10:20:10,14,15", "1:1:")),
                plain("xid", random -> Texts.number(random, 1000)),
                plain("regclass", oneOf("pg_class", "pg_type")),
                plain("jsonpath", oneOf("$.\"a\"[*]", "strict $")));
    }

    private static List<ValueType> shapes() {
        return List.of(
                plain("point", mostly(Texts::point, "(NaN,Infinity)")),
                plain("line", oneOf("{1,2,3}", "{0.1,-1,0}")),
                plain("lseg", random -> "[" + Texts.point(random) + "," + Texts.point(random) + "]"),
                plain("box", random -> Texts.point(random) + "," + Texts.point(random)),
                plain(
                        "path",
                        mostly(
                                random -> "[" + Texts.point(random) + "," + Texts.point(random) + "]",
                                "((0,0),(1,1),(2,0))")),
                plain(
                        "polygon",
                        random -> "(" + Texts.point(random) + "," + Texts.point(random) + "," + Texts.point(random)
                                + ")"),
                plain("circle", random -> "<" + Texts.point(random) + "," + random.nextInt(10) + ">"));
    }

    private static List<ValueType> ranges() {
        return List.of(
                plain("int4range", mostly(Texts::range, "empty", "(,)", "[5,]")),
                plain(
                        "numrange",
                        mostly(
                                random -> "(" + random.nextInt(10) + ".50," + (11 + random.nextInt(10)) + ".00]",
                                "empty")),
                plain(
                        "daterange",
                        mostly(random -> "[2020-01-01," + (2021 + random.nextInt(50)) + "-02-03)", "(,infinity)")),
                plain(
                        "tstzrange",
                        random -> "[\"2020-01-01 00:00:00+00\",\"" + (2021 + random.nextInt(50))
                                + "-02-03 04:05:06.789+00\")"),
                plain("int4multirange", oneOf("{}", "{[1,3),[5,9)}", "{(,)}")));
    }

    private static String timestamp(Random random) {
        return Texts.date(random) + " " + Texts.time(random);
    }
}
