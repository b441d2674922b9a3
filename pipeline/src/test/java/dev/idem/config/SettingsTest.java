package dev.idem.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.config.Settings.CaptureSettings.OnNewHistory;
import dev.idem.config.Settings.LogFormat;
import dev.idem.config.Settings.Role;
import dev.idem.config.Settings.TopicSettings;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static final String LEAST = """
            source.url=embedded
            kafka.bootstrap.servers=embedded
            warehouse.url=embedded
            """;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void defaults_hold_where_nothing_is_said() {
        Settings settings = load(LEAST);

        assertThat(settings.name()).isEqualTo("idem");
        assertThat(settings.role()).isEqualTo(Role.ALL);
        assertThat(settings.source().slot()).isEqualTo("idem_idem");
        assertThat(settings.source().tables()).containsExactly("*.*");
        assertThat(settings.source().heartbeat()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.source().database().url()).isEmpty();
        assertThat(settings.kafka().bootstrapServers()).isEmpty();
        assertThat(settings.topic().partitions()).isEqualTo(3);
        assertThat(settings.topic().replicationFactor()).isEqualTo(TopicSettings.BROKER_DEFAULT);
        assertThat(settings.topic().retention().limit()).contains(Duration.ofDays(7));
        assertThat(settings.capture().onNewHistory()).isEqualTo(OnNewHistory.STOP);
        assertThat(settings.capture().spillThresholdBytes()).isEqualTo(64L << 20);
        assertThat(settings.apply().maxRows()).isEqualTo(20_000);
        assertThat(settings.logFormat()).isEqualTo(LogFormat.TEXT);
    }

    @Test
    void everything_can_be_set() {
        Settings settings = load("""
                # a pipeline
                idem.name = shop
                idem.role: capture
                source.url = jdbc:postgresql://db:5432/shop?sslmode=require
                source.user = idem
                source.password = s3cret
                source.tables = public.*, \\
                    sales.orders
                source.exclude = public.audit
                source.slot = mine
                source.on-new-history = resync
                kafka.bootstrap.servers = a:9092, b:9092
                kafka.security.protocol = SSL
                kafka.producer.linger.ms = 3
                kafka.consumer.fetch.max.bytes = 1000
                topic.replication-factor = 3
                topic.retention = forever
                debezium.source.snapshot.fetch.size = 100
                source.heartbeat = 20s
                """);

        assertThat(settings.role()).isEqualTo(Role.CAPTURE);
        assertThat(settings.source().database().url()).contains("jdbc:postgresql://db:5432/shop?sslmode=require");
        assertThat(settings.source().database().password().reveal()).isEqualTo("s3cret");
        assertThat(settings.source().tables()).containsExactly("public.*", "sales.orders");
        assertThat(settings.source().exclude()).containsExactly("public.audit");
        assertThat(settings.source().slot()).isEqualTo("mine");
        assertThat(settings.source().publication()).isEqualTo("idem_shop");
        assertThat(settings.kafka().bootstrapServers()).contains("a:9092,b:9092");
        assertThat(settings.kafka().common()).containsExactly(Map.entry("security.protocol", "SSL"));
        assertThat(settings.kafka().producer()).containsExactly(Map.entry("linger.ms", "3"));
        assertThat(settings.kafka().consumer()).containsExactly(Map.entry("fetch.max.bytes", "1000"));
        assertThat(settings.topic().replicationFactor()).isEqualTo(3);
        assertThat(settings.topic().retention().limit()).isEmpty();
        assertThat(settings.capture().engine()).containsExactly(Map.entry("snapshot.fetch.size", "100"));
        assertThat(settings.source().heartbeat()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void environment_beats_the_file_and_a_flag_beats_both() {
        Path file = write(LEAST + "idem.name=file\ntopic.partitions=1\napply.max-rows=1\n");

        Settings settings = SettingsLoader.load(
                Optional.of(file),
                Map.of("IDEM_NAME", "environment", "IDEM_TOPIC_PARTITIONS", "2", "IDEM_APPLY_MAX_ROWS", "2"),
                Map.of("apply.max-rows", "3"));

        assertThat(settings.name()).isEqualTo("environment");
        assertThat(settings.topic().partitions()).isEqualTo(2);
        assertThat(settings.apply().maxRows()).isEqualTo(3);
    }

    @Test
    void options_of_others_come_through_the_environment_too() {
        Settings settings = SettingsLoader.load(
                Optional.of(write(LEAST)), Map.of("IDEM_KAFKA_PRODUCER_LINGER_MS", "7", "HOME", "/root"), Map.of());

        assertThat(settings.kafka().producer()).containsEntry("linger.ms", "7");
    }

    @Test
    void every_problem_is_told_at_once_with_its_place() {
        Path file = write("""
                source.url=postgres://db/shop
                topic.partitions=none

                kafka.bootstrap.server=a:9092
                source.on-new-history=ignore
                """);

        assertThatThrownBy(() -> SettingsLoader.load(
                        Optional.of(file),
                        Map.of("IDEM_SOURCE_HEARTBEAT", "20"),
                        Map.of("capture.spill-threshold", "64MB")))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.SETTINGS))
                .hasMessageContaining(
                        file
                                + ":1: source.url: 'postgres://db/shop' (expected: jdbc:postgresql://host:port/database, or embedded)")
                .hasMessageContaining(file + ":2: topic.partitions: 'none' (expected: a number from 1 to 1000)")
                .hasMessageContaining(file + ":4: kafka.bootstrap.server: unknown option")
                .hasMessageContaining(file + ":5: source.on-new-history: 'ignore' (expected: stop, resync)")
                .hasMessageContaining(
                        "environment IDEM_SOURCE_HEARTBEAT: source.heartbeat: '20' (expected: a time with its unit")
                .hasMessageContaining("--set: capture.spill-threshold: '64MB' (expected: a size with its unit")
                .hasMessageContaining("nowhere: kafka.bootstrap.servers: not set")
                .hasMessageContaining("nowhere: warehouse.url: not set");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    idem.nam=shop                       | idem.nam: unknown setting (expected: idem.name)
                    source.pasword=x                    | source.pasword: unknown setting (expected: source.password)
                    xyz=1                               | xyz: unknown setting (expected: a setting of the list in the README)
                    idem.name=Shop                      | idem.name: 'Shop' (expected: lower-case letters
                    topic.partitions=0                  | topic.partitions: '0' (expected: a number from 1 to 1000)
                    topic.retention=1s                  | topic.retention: '1s' (expected: a time with its unit
                    topic.replication-factor=0          | topic.replication-factor: '0' (expected: a number from 1 to 100, or broker
                    source.heartbeat=5                  | source.heartbeat: '5' (expected: a time with its unit
                    source.tables=orders                | source.tables: 'orders' (expected: schema.table
                    source.slot=a-b                     | source.slot: 'a-b' (expected: lower-case letters
                    embedded.kafka-port=70000           | embedded.kafka-port: '70000' (expected: a number from 0 to 65535)
                    capture.spill-threshold=9999999999GiB | capture.spill-threshold: '9999999999GiB' (expected: a size
                    kafka.producer.acks=1               | kafka.producer.acks: not to be set: Idem fixes it
                    kafka.producer.linger=1             | kafka.producer.linger: unknown option (expected: kafka.producer.linger.ms)
                    kafka.consumer.isolation.level=x    | kafka.consumer.isolation.level: not to be set
                    debezium.source.snapshot.mode=never | debezium.source.snapshot.mode: not to be set
                    debezium.source.slot.name=x         | debezium.source.slot.name: not to be set: set source.slot
                    """)
    void wrong_line_is_told_with_what_was_expected(String line, String told) {
        thrownBy(LEAST + line).hasMessageContaining(":4: " + told);
    }

    @Test
    void key_that_stands_twice_is_told() {
        thrownBy(LEAST + "idem.name=a\nidem.name=b\n")
                .hasMessageContaining(":5: idem.name: set before, at ")
                .hasMessageContaining(":4 (expected: each key once)");
    }

    @Test
    void missing_file_is_told() {
        Path none = directory.resolve("none.properties");

        assertThatThrownBy(() -> SettingsLoader.load(Optional.of(none), Map.of(), Map.of()))
                .hasMessageContaining(none + ": -c: no such file");
    }

    @Test
    void role_needs_only_its_own_side() {
        Settings capture = load("idem.role=capture\nsource.url=embedded\nkafka.bootstrap.servers=a:1\n");
        Settings sink = load("idem.role=sink\nwarehouse.url=embedded\nkafka.bootstrap.servers=a:1\n");

        assertThat(capture.warehouse().url()).isEmpty();
        assertThat(sink.source().database().url()).isEmpty();
    }

    @Test
    void user_is_needed_for_a_server_of_ones_own() {
        thrownBy(LEAST.replace("source.url=embedded", "source.url=jdbc:postgresql://db/shop"))
                .hasMessageContaining("source.user: not set (expected: the role that Idem connects as)");
    }

    @Test
    void secrets_are_never_shown() {
        Settings settings =
                load(LEAST + "source.password=s3cret\nkafka.sasl.jaas.config=s3cret\nkafka.ssl.key.password=s3cret\n");

        assertThat(settings.toString()).doesNotContain("s3cret");
        assertThat(settings.effective().toString())
                .doesNotContain("s3cret")
                .contains("source.password")
                .contains("sasl.jaas.config");
        thrownBy(LEAST.replace("source.url=embedded", "source.url=jdbc:postgresql://db/shop?password=s3cret"))
                .hasMessageContaining(
                        "source.url: carries a password (expected: source.password or IDEM_SOURCE_PASSWORD)")
                .hasMessageNotContaining("s3cret");
        thrownBy(LEAST.replace("source.url=embedded", "source.url=postgresql://me:s3cret@db/shop"))
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void effective_settings_tell_where_they_come_from() {
        Path file = write(LEAST);

        List<Given> effective = SettingsLoader.load(Optional.of(file), Map.of("IDEM_NAME", "shop"), Map.of())
                .effective();

        assertThat(effective)
                .contains(
                        new Given("idem.name", "shop", "environment IDEM_NAME"),
                        new Given("source.slot", "idem_shop", "default"),
                        new Given("source.url", "embedded", file + ":1"));
    }

    private Settings load(String content) {
        return SettingsLoader.load(Optional.of(write(content)), Map.of(), Map.of());
    }

    private AbstractThrowableAssert<?, ? extends Throwable> thrownBy(String content) {
        Path file = write(content);
        return assertThatThrownBy(() -> SettingsLoader.load(Optional.of(file), Map.of(), Map.of()));
    }

    private Path write(String content) {
        try {
            return Files.writeString(directory.resolve("idem.properties"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
