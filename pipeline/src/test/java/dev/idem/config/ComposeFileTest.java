package dev.idem.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The compose file and the Dockerfile as far as they can be checked without docker. */
class ComposeFileTest {
    private static final Path ROOT = Repository.root();

    /** What the images' own documentation names. */
    private static final Set<String> POSTGRES_VARIABLES =
            Set.of("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "PGPASSWORD");

    private final Map<String, Object> services = services();

    @Test
    void source_kafka_warehouse_and_idem_are_there() {
        assertThat(services.keySet()).contains("source", "kafka", "warehouse", "idem");
    }

    @Test
    void idem_starts_with_the_settings_that_its_environment_names() throws IOException {
        Map<String, String> environment = new TreeMap<>(environment("idem"));
        environment.putAll(dockerfileSettings());

        Settings settings = SettingsLoader.load(Optional.empty(), environment, Map.of());

        assertThat(settings.source().database().url()).contains("jdbc:postgresql://source:5432/shop");
        assertThat(settings.kafka().bootstrapServers()).contains("kafka:9092");
        assertThat(settings.dataDirectory()).isEqualTo(Path.of("/var/lib/idem"));
    }

    @Test
    void addresses_name_services_of_the_file() {
        Map<String, String> environment = environment("idem");

        assertThat(environment.get("IDEM_SOURCE_URL"))
                .isEqualTo(
                        "jdbc:postgresql://source:5432/" + environment("source").get("POSTGRES_DB"));
        assertThat(environment.get("IDEM_WAREHOUSE_URL"))
                .isEqualTo("jdbc:postgresql://warehouse:5432/"
                        + environment("warehouse").get("POSTGRES_DB"));
        assertThat(environment("kafka").get("KAFKA_ADVERTISED_LISTENERS")).contains("INTERNAL://kafka:9092");
    }

    @Test
    void broker_understands_each_of_its_settings() {
        Map<String, String> settings = environment("kafka").entrySet().stream()
                .collect(Collectors.toMap(entry -> brokerSetting(entry.getKey()), Map.Entry::getValue));

        assertThat(settings.keySet()).allMatch(KafkaConfig.configNames()::contains);
        assertThat(new KafkaConfig(settings, false).nodeId()).isEqualTo(1);
    }

    @Test
    void postgres_is_given_only_what_its_image_knows() {
        assertThat(environment("source").keySet()).isSubsetOf(POSTGRES_VARIABLES);
        assertThat(environment("warehouse").keySet()).isSubsetOf(POSTGRES_VARIABLES);
        assertThat(list("source", "command")).contains("wal_level=logical");
    }

    @Test
    void servers_have_a_healthcheck_and_idem_waits_for_it() {
        List<String> servers = List.of("source", "kafka", "warehouse");

        assertThat(servers).allSatisfy(name -> assertThat(service(name)).containsKey("healthcheck"));
        assertThat(map(service("idem").get("depends_on")).keySet()).containsAll(servers);
    }

    @Test
    void ports_are_open_to_this_machine_alone() {
        List<String> ports = services.keySet().stream()
                .flatMap(name -> list(name, "ports").stream())
                .toList();

        assertThat(ports).isNotEmpty().allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void mounted_files_exist() {
        List<String> mounts = services.keySet().stream()
                .flatMap(name -> list(name, "volumes").stream())
                .filter(volume -> volume.startsWith("./"))
                .map(volume -> volume.substring(0, volume.indexOf(':')))
                .toList();

        assertThat(mounts).isNotEmpty().allMatch(mount -> Files.exists(ROOT.resolve(mount)));
    }

    private static String brokerSetting(String variable) {
        return variable.substring("KAFKA_".length()).toLowerCase(Locale.ROOT).replace('_', '.');
    }

    private static Map<String, String> dockerfileSettings() throws IOException {
        return Files.readAllLines(ROOT.resolve("Dockerfile")).stream()
                .map(String::strip)
                .map(line -> line.replaceFirst("^ENV ", ""))
                .filter(line -> line.startsWith("IDEM_"))
                .map(line -> line.replaceFirst("\\s*\\\\$", "").split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private Map<String, Object> service(String name) {
        return map(services.get(name));
    }

    private Map<String, String> environment(String name) {
        return map(service(name).get("environment")).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> String.valueOf(entry.getValue())));
    }

    private List<String> list(String service, String key) {
        return service(service).get(key) instanceof List<?> entries
                ? entries.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static Map<String, Object> services() {
        try {
            String text = Files.readString(ROOT.resolve("docker-compose.yml"));
            return map(map(new Yaml(new SafeConstructor(new LoaderOptions())).load(text))
                    .get("services"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> entries
                ? entries.entrySet().stream()
                        .collect(Collectors.toMap(
                                entry -> String.valueOf(entry.getKey()),
                                entry -> entry.getValue() == null ? "" : (Object) entry.getValue()))
                : Map.of();
    }
}
