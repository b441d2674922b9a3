package dev.idem.config;

import dev.idem.apply.OnTableFailure;
import dev.idem.change.TableId;
import dev.idem.config.Settings.ApplySettings.Purge;
import dev.idem.config.Settings.CaptureSettings.OnNewHistory;
import dev.idem.config.Settings.HttpSettings.HttpPort;
import dev.idem.config.Settings.LogFormat;
import dev.idem.config.Settings.Role;
import dev.idem.config.Settings.TopicSettings.Retention;
import dev.idem.config.Settings.VerificationSettings.Interval;
import dev.idem.config.Settings.VerificationSettings.OnDifference;
import dev.idem.target.DroppedColumns;
import dev.idem.target.TableMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All settings by name; the prefixes beside them take the options of Debezium and of Kafka's clients. */
final class Keys {
    static final String EMBEDDED = "embedded";

    private static final Pattern DATABASE_URL = Pattern.compile("embedded|jdbc:postgresql://.+");
    private static final String DATABASE_URL_EXPECTED = "jdbc:postgresql://host:port/database, or embedded";
    private static final Pattern IDENTIFIER = Pattern.compile("[a-z0-9_]{1,63}");
    private static final String IDENTIFIER_EXPECTED = "lower-case letters, digits and _, at most 63";
    private static final Pattern ANY = Pattern.compile("(?s).*");
    private static final Pattern TABLE_PATTERN = Pattern.compile("[^,.\\s][^,]*\\.[^,]+");
    private static final String TABLE_EXPECTED = "schema.table, with * for any characters, divided by commas";
    private static final int MAX_PORT = 65_535;

    static final Key<String> NAME = Key.text(
                    "idem.name", Pattern.compile("[a-z0-9_]{1,50}"), "lower-case letters, digits and _, at most 50")
            .withDefault("idem");
    static final Key<Role> ROLE = Key.choice("idem.role", Role.class).withDefault("all");
    static final Key<String> DATA_DIR =
            Key.text("idem.data-dir", Pattern.compile(".+"), "a directory").withDefault(".idem");

    static final Key<String> SOURCE_URL = Key.text("source.url", DATABASE_URL, DATABASE_URL_EXPECTED);
    static final Key<String> SOURCE_USER =
            Key.text("source.user", ANY, "a role").withDefault("");
    static final Key<Secret> SOURCE_PASSWORD = Key.secret("source.password");
    static final Key<List<String>> SOURCE_TABLES =
            Key.list("source.tables", TABLE_PATTERN, TABLE_EXPECTED).withDefault("*.*");
    static final Key<List<String>> SOURCE_EXCLUDE =
            Key.list("source.exclude", TABLE_PATTERN, TABLE_EXPECTED).withDefault("");
    static final Key<String> SOURCE_SLOT = Key.text("source.slot", IDENTIFIER, IDENTIFIER_EXPECTED);
    static final Key<String> SOURCE_PUBLICATION = Key.text("source.publication", IDENTIFIER, IDENTIFIER_EXPECTED);
    static final Key<Duration> SOURCE_HEARTBEAT =
            Key.duration("source.heartbeat", Duration.ofMillis(100)).withDefault("5s");
    static final Key<OnNewHistory> SOURCE_ON_NEW_HISTORY =
            Key.choice("source.on-new-history", OnNewHistory.class).withDefault("stop");

    static final Key<String> WAREHOUSE_URL = Key.text("warehouse.url", DATABASE_URL, DATABASE_URL_EXPECTED);
    static final Key<String> WAREHOUSE_USER =
            Key.text("warehouse.user", ANY, "a role").withDefault("");
    static final Key<Secret> WAREHOUSE_PASSWORD = Key.secret("warehouse.password");

    static final Key<Map<String, String>> WAREHOUSE_SCHEMA_MAP = new Key<>(
                    "warehouse.schema-map",
                    Optional.empty(),
                    "source:warehouse, divided by commas, each schema of the source once",
                    NameMaps::schemas,
                    false)
            .withDefault("");
    static final Key<String> WAREHOUSE_TABLE_FORMAT = new Key<>(
                    "warehouse.table-name-format",
                    Optional.empty(),
                    "two names with a dot between, in which ${schema} and ${table} stand for the source's, ${table} at"
                            + " least",
                    text -> Optional.of(text).filter(TableMapping::isFormat),
                    false)
            .withDefault(TableMapping.UNCHANGED);
    static final Key<Map<TableId, TableId>> WAREHOUSE_TABLE_MAP = new Key<>(
                    "warehouse.table-map",
                    Optional.empty(),
                    "schema.table:schema.table, the source's first, divided by commas, each table of the source once",
                    NameMaps::tables,
                    false)
            .withDefault("");
    static final Key<DroppedColumns> WAREHOUSE_DROPPED_COLUMNS =
            Key.choice("warehouse.dropped-columns", DroppedColumns.class).withDefault("keep");

    static final Key<String> KAFKA_BOOTSTRAP = Key.text(
            "kafka.bootstrap.servers",
            Pattern.compile("embedded|[^,\\s:]+:\\d{1,5}(\\s*,\\s*[^,\\s:]+:\\d{1,5})*"),
            "host:port, divided by commas, or embedded");
    static final Key<Integer> TOPIC_PARTITIONS =
            Key.number("topic.partitions", 1, 1000).withDefault("3");
    static final Key<Integer> TOPIC_REPLICATION = new Key<>(
            "topic.replication-factor",
            Optional.of("broker"),
            "a number from 1 to 100, or broker for the broker's default",
            Keys::replicationFactor,
            false);
    static final Key<Retention> TOPIC_RETENTION = new Key<>(
            "topic.retention",
            Optional.of("7d"),
            "a time with its unit (m, h, d) of at least 1m, or forever",
            Keys::retention,
            false);
    static final Key<Long> TOPIC_MAX_EVENT =
            Key.bytes("topic.max-event", 1 << 10, 1 << 30).withDefault("256MiB");

    static final Key<Long> CAPTURE_SPILL =
            Key.bytes("capture.spill-threshold", 1 << 10).withDefault("64MiB");
    static final Key<Integer> CAPTURE_MAX_BATCH =
            Key.number("capture.max-batch", 1, 1_000_000).withDefault("8192");

    static final Key<Integer> APPLY_MAX_ROWS =
            Key.number("apply.max-rows", 1, 1_000_000).withDefault("20000");
    static final Key<Long> APPLY_MAX_BYTES =
            Key.bytes("apply.max-bytes", 1 << 10).withDefault("32MiB");
    static final Key<Integer> APPLY_MAX_CUTS =
            Key.number("apply.max-cuts", 1, 100_000).withDefault("500");

    static final Key<OnTableFailure> APPLY_ON_TABLE_FAILURE =
            Key.choice("apply.on-table-failure", OnTableFailure.class).withDefault("wait");

    static final Key<Purge> APPLY_TOMBSTONE_PURGE = new Key<>(
            "apply.tombstone-purge",
            Optional.of("1m"),
            "a time with its unit (s, m, h, d) of at least 1s, or off",
            Keys::purge,
            false);

    static final Key<Integer> SOURCE_PORT =
            Key.number("embedded.source-port", 0, MAX_PORT).withDefault("0");
    static final Key<Integer> WAREHOUSE_PORT =
            Key.number("embedded.warehouse-port", 0, MAX_PORT).withDefault("0");
    static final Key<Integer> KAFKA_PORT =
            Key.number("embedded.kafka-port", 0, MAX_PORT).withDefault("0");
    static final Key<Long> SOURCE_WAL_WARNING =
            Key.bytes("source.wal-warning", 1 << 20).withDefault("10GiB");
    static final Key<String> HTTP_HOST = Key.text(
                    "http.host", Pattern.compile("[A-Za-z0-9.:_-]+"), "an address of this machine, or its name")
            .withDefault("127.0.0.1");
    static final Key<HttpPort> HTTP_PORT = new Key<>(
            "http.port",
            Optional.of("off"),
            "a number from 0 (any free port) to " + MAX_PORT + ", or off",
            Keys::httpPort,
            false);
    static final Key<Secret> HTTP_TOKEN = Key.secret("http.token");
    static final Key<Optional<Path>> HTTP_TLS_CERTIFICATE = Key.file("http.tls.certificate");
    static final Key<Optional<Path>> HTTP_TLS_KEY = Key.file("http.tls.key");
    static final Key<Interval> VERIFY_INTERVAL = new Key<>(
            "verify.interval",
            Optional.of("off"),
            "a time with its unit (m, h, d) of at least 1m, or off",
            Keys::interval,
            false);
    static final Key<Integer> VERIFY_RATE =
            Key.number("verify.rate", 1, 100_000_000).withDefault("10000");
    static final Key<OnDifference> VERIFY_ON_DIFFERENCE =
            Key.choice("verify.on-difference", OnDifference.class).withDefault("report");
    static final Key<Duration> VERIFY_STATEMENT_TIMEOUT =
            Key.duration("verify.statement-timeout", Duration.ofSeconds(1)).withDefault("10m");
    static final Key<LogFormat> LOG_FORMAT =
            Key.choice("log.format", LogFormat.class).withDefault("text");

    /** In the order in which they are listed. */
    static final List<Key<?>> ALL = List.of(
            NAME,
            ROLE,
            DATA_DIR,
            SOURCE_URL,
            SOURCE_USER,
            SOURCE_PASSWORD,
            SOURCE_TABLES,
            SOURCE_EXCLUDE,
            SOURCE_SLOT,
            SOURCE_PUBLICATION,
            SOURCE_HEARTBEAT,
            SOURCE_ON_NEW_HISTORY,
            SOURCE_WAL_WARNING,
            KAFKA_BOOTSTRAP,
            TOPIC_PARTITIONS,
            TOPIC_REPLICATION,
            TOPIC_RETENTION,
            TOPIC_MAX_EVENT,
            WAREHOUSE_URL,
            WAREHOUSE_USER,
            WAREHOUSE_PASSWORD,
            WAREHOUSE_SCHEMA_MAP,
            WAREHOUSE_TABLE_FORMAT,
            WAREHOUSE_TABLE_MAP,
            WAREHOUSE_DROPPED_COLUMNS,
            CAPTURE_SPILL,
            CAPTURE_MAX_BATCH,
            APPLY_MAX_ROWS,
            APPLY_MAX_BYTES,
            APPLY_MAX_CUTS,
            APPLY_ON_TABLE_FAILURE,
            APPLY_TOMBSTONE_PURGE,
            SOURCE_PORT,
            WAREHOUSE_PORT,
            KAFKA_PORT,
            HTTP_HOST,
            HTTP_PORT,
            HTTP_TOKEN,
            HTTP_TLS_CERTIFICATE,
            HTTP_TLS_KEY,
            VERIFY_INTERVAL,
            VERIFY_RATE,
            VERIFY_ON_DIFFERENCE,
            VERIFY_STATEMENT_TIMEOUT,
            LOG_FORMAT);

    private Keys() {}

    static Stream<String> names() {
        return ALL.stream().map(Key::name);
    }

    private static Optional<Integer> replicationFactor(String text) {
        return text.equals("broker")
                ? Optional.of(Settings.TopicSettings.BROKER_DEFAULT)
                : Key.number("", 1, 100).parse().apply(text);
    }

    private static Optional<HttpPort> httpPort(String text) {
        return text.equals("off")
                ? Optional.of(new HttpPort(Optional.empty()))
                : Key.number("", 0, MAX_PORT).parse().apply(text).map(port -> new HttpPort(Optional.of(port)));
    }

    private static Optional<Purge> purge(String text) {
        return text.equals("off")
                ? Optional.of(new Purge(Optional.empty()))
                : Units.duration(text)
                        .filter(time -> time.compareTo(Duration.ofSeconds(1)) >= 0)
                        .map(time -> new Purge(Optional.of(time)));
    }

    private static Optional<Interval> interval(String text) {
        return text.equals("off")
                ? Optional.of(new Interval(Optional.empty()))
                : Units.duration(text)
                        .filter(time -> time.compareTo(Duration.ofMinutes(1)) >= 0)
                        .map(time -> new Interval(Optional.of(time)));
    }

    private static Optional<Retention> retention(String text) {
        return text.equals("forever")
                ? Optional.of(new Retention(Optional.empty()))
                : Units.duration(text)
                        .filter(time -> time.compareTo(Duration.ofMinutes(1)) >= 0)
                        .map(time -> new Retention(Optional.of(time)));
    }
}
