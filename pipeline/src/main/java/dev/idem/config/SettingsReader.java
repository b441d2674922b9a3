package dev.idem.config;

import dev.idem.config.Settings.ApplySettings;
import dev.idem.config.Settings.CaptureSettings;
import dev.idem.config.Settings.DatabaseSettings;
import dev.idem.config.Settings.HttpSettings;
import dev.idem.config.Settings.KafkaSettings;
import dev.idem.config.Settings.Role;
import dev.idem.config.Settings.SourceSettings;
import dev.idem.config.Settings.TopicSettings;
import dev.idem.config.Settings.VerificationSettings;
import dev.idem.target.TableMapping;
import dev.idem.target.TargetSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Turns settings as written into settings as meant, and collects what is wrong with them on the way.
 *
 * <p>A value that is wrong is reported and read as its default, so that one reading finds every problem; the result
 * counts only where there was none.
 *
 * <p><i>Threads:</i> one thread, one reading.
 */
final class SettingsReader {
    private static final List<PassedOn> PASSED_ON =
            List.of(PassedOn.DEBEZIUM, PassedOn.PRODUCER, PassedOn.CONSUMER, PassedOn.KAFKA);
    private static final Pattern PASSWORD_IN_URL =
            Pattern.compile("(?i).*[?&](password|sslpassword)=.*|.*//[^/@]*:[^/@]*@.*");
    private static final Pattern LOOPBACK = Pattern.compile("127\\.\\d+\\.\\d+\\.\\d+|localhost|::1");
    private static final Pattern USER_IN_URL = Pattern.compile(".*[?&]user=[^&]+.*");

    private final Map<String, Given> given;
    private final List<Problem> problems;

    SettingsReader(Map<String, Given> given, List<Problem> problems) {
        this.given = given;
        this.problems = problems;
    }

    Settings read() {
        given.values().forEach(this::checkKnown);
        String name = value(Keys.NAME);
        Role role = value(Keys.ROLE);
        DatabaseSettings source = database(role.captures(), Keys.SOURCE_URL, Keys.SOURCE_USER, Keys.SOURCE_PASSWORD);
        DatabaseSettings warehouse =
                database(role.applies(), Keys.WAREHOUSE_URL, Keys.WAREHOUSE_USER, Keys.WAREHOUSE_PASSWORD);
        return new Settings(
                name,
                role,
                Path.of(value(Keys.DATA_DIR)).toAbsolutePath().normalize(),
                source(onPort(source, Keys.SOURCE_PORT), "idem_" + name),
                kafka(),
                new TopicSettings(
                        value(Keys.TOPIC_PARTITIONS),
                        value(Keys.TOPIC_REPLICATION),
                        value(Keys.TOPIC_RETENTION),
                        Math.toIntExact(value(Keys.TOPIC_MAX_EVENT))),
                onPort(warehouse, Keys.WAREHOUSE_PORT),
                new CaptureSettings(
                        value(Keys.SOURCE_ON_NEW_HISTORY),
                        value(Keys.CAPTURE_SPILL),
                        value(Keys.CAPTURE_MAX_BATCH),
                        options(PassedOn.DEBEZIUM)),
                new ApplySettings(
                        value(Keys.APPLY_MAX_ROWS),
                        value(Keys.APPLY_MAX_BYTES),
                        value(Keys.APPLY_MAX_CUTS),
                        value(Keys.APPLY_ON_TABLE_FAILURE),
                        targets(),
                        value(Keys.APPLY_TOMBSTONE_PURGE)),
                http(),
                new VerificationSettings(
                        value(Keys.VERIFY_INTERVAL).time(),
                        value(Keys.VERIFY_RATE),
                        value(Keys.VERIFY_STATEMENT_TIMEOUT),
                        value(Keys.VERIFY_ON_DIFFERENCE)),
                value(Keys.LOG_FORMAT),
                effective("idem_" + name));
    }

    private void checkKnown(Given one) {
        if (Keys.names().anyMatch(one.key()::equals)) {
            return;
        }
        Optional<PassedOn> taker =
                PASSED_ON.stream().filter(target -> target.takes(one.key())).findFirst();
        if (taker.isPresent()) {
            taker.get().check(one).ifPresent(problems::add);
            return;
        }
        String expected =
                NearestName.to(one.key(), Keys.names().toList()).orElse("a setting of the list in the README");
        problems.add(new Problem(one.origin(), one.key(), "unknown setting", expected));
    }

    private TargetSettings targets() {
        return new TargetSettings(
                new TableMapping(
                        value(Keys.WAREHOUSE_SCHEMA_MAP),
                        value(Keys.WAREHOUSE_TABLE_FORMAT),
                        value(Keys.WAREHOUSE_TABLE_MAP)),
                value(Keys.WAREHOUSE_DROPPED_COLUMNS));
    }

    private SourceSettings source(DatabaseSettings database, String defaultName) {
        return new SourceSettings(
                database,
                value(Keys.SOURCE_TABLES),
                value(Keys.SOURCE_EXCLUDE),
                value(Keys.SOURCE_SLOT.withDefault(defaultName)),
                value(Keys.SOURCE_PUBLICATION.withDefault(defaultName)),
                value(Keys.SOURCE_HEARTBEAT),
                value(Keys.SOURCE_WAL_WARNING));
    }

    private HttpSettings http() {
        HttpSettings http =
                new HttpSettings(value(Keys.HTTP_HOST), value(Keys.HTTP_PORT).number(), value(Keys.HTTP_TOKEN), tls());
        boolean isOpen = http.port().isPresent()
                && !LOOPBACK.matcher(http.host()).matches()
                && http.token().reveal().isEmpty();
        if (isOpen) {
            problems.add(new Problem(
                    origin(Keys.HTTP_TOKEN),
                    Keys.HTTP_TOKEN.name(),
                    "not set, while http.host is '" + http.host() + "'",
                    "a token, because others than this machine can reach it; or http.host=127.0.0.1"));
        }
        return http;
    }

    private Optional<TlsFiles> tls() {
        Optional<Path> certificate = value(Keys.HTTP_TLS_CERTIFICATE);
        Optional<Path> key = value(Keys.HTTP_TLS_KEY);
        if (certificate.isPresent() != key.isPresent()) {
            Key<?> missing = key.isPresent() ? Keys.HTTP_TLS_CERTIFICATE : Keys.HTTP_TLS_KEY;
            Key<?> present = key.isPresent() ? Keys.HTTP_TLS_KEY : Keys.HTTP_TLS_CERTIFICATE;
            problems.add(new Problem(
                    origin(missing),
                    missing.name(),
                    "not set, while " + present.name() + " is",
                    "the name of a file in PEM, or neither of the two"));
        }
        return certificate.flatMap(chain -> key.map(own -> new TlsFiles(chain, own)));
    }

    private DatabaseSettings database(boolean isNeeded, Key<String> url, Key<String> user, Key<Secret> password) {
        String address = isNeeded || given.containsKey(url.name()) ? required(url) : Keys.EMBEDDED;
        boolean isEmbedded = address.equals(Keys.EMBEDDED);
        if (PASSWORD_IN_URL.matcher(address).matches()) {
            problems.add(new Problem(
                    origin(url),
                    url.name(),
                    "carries a password",
                    password.name() + " or " + EnvironmentNames.of(password.name())));
        }
        String role = value(user);
        if (!isEmbedded && role.isEmpty() && !USER_IN_URL.matcher(address).matches()) {
            problems.add(new Problem(origin(user), user.name(), "not set", "the role that Idem connects as"));
        }
        Optional<String> own = isEmbedded ? Optional.empty() : Optional.of(address);
        return new DatabaseSettings(own, role, value(password), 0);
    }

    private DatabaseSettings onPort(DatabaseSettings database, Key<Integer> port) {
        return new DatabaseSettings(database.url(), database.user(), database.password(), value(port));
    }

    private KafkaSettings kafka() {
        String servers = required(Keys.KAFKA_BOOTSTRAP).replaceAll("\\s", "");
        return new KafkaSettings(
                servers.equals(Keys.EMBEDDED) ? Optional.empty() : Optional.of(servers),
                options(PassedOn.KAFKA),
                options(PassedOn.PRODUCER),
                options(PassedOn.CONSUMER),
                value(Keys.KAFKA_PORT));
    }

    private Map<String, String> options(PassedOn target) {
        Map<String, String> options = new TreeMap<>();
        given.forEach((key, one) -> {
            boolean isOption = Keys.names().noneMatch(key::equals)
                    && PASSED_ON.stream()
                            .filter(any -> any.takes(key))
                            .findFirst()
                            .filter(target::equals)
                            .isPresent();
            if (isOption) {
                options.put(key.substring(target.prefix().length()), one.value());
            }
        });
        return options;
    }

    private String required(Key<String> key) {
        if (!given.containsKey(key.name())) {
            problems.add(new Problem(origin(key), key.name(), "not set", key.expected()));
            return Keys.EMBEDDED;
        }
        return value(key.withDefault(Keys.EMBEDDED));
    }

    /** The value as given, or the default where it is wrong or missing. */
    private <T> T value(Key<T> key) {
        Given one = given.get(key.name());
        if (one != null) {
            Optional<T> parsed = key.parse().apply(one.value());
            if (parsed.isPresent()) {
                return parsed.get();
            }
            problems.add(new Problem(one.origin(), key.name(), shown(one), key.expected()));
        }
        return key.defaultText()
                .flatMap(key.parse())
                .orElseThrow(() -> new IllegalStateException("the default of " + key.name() + " is wrong"));
    }

    private String origin(Key<?> key) {
        Given one = given.get(key.name());
        return one == null ? "nowhere" : one.origin();
    }

    private List<Given> effective(String defaultName) {
        List<Given> all = new ArrayList<>();
        for (Key<?> key : Keys.ALL) {
            Given one = given.get(key.name());
            boolean namesItself = key.equals(Keys.SOURCE_SLOT) || key.equals(Keys.SOURCE_PUBLICATION);
            Optional<String> otherwise = namesItself ? Optional.of(defaultName) : key.defaultText();
            if (one != null) {
                all.add(hidden(one, key.isSecret()));
            } else if (!key.isSecret() && otherwise.isPresent()) {
                all.add(new Given(key.name(), otherwise.get(), "default"));
            }
        }
        given.values().stream()
                .filter(one -> Keys.names().noneMatch(one.key()::equals))
                .map(one -> hidden(one, PassedOn.isSecret(one.key())))
                .forEach(all::add);
        return List.copyOf(all);
    }

    private static Given hidden(Given one, boolean isSecret) {
        return isSecret ? new Given(one.key(), Secret.HIDDEN, one.origin()) : one;
    }

    private static String shown(Given one) {
        boolean isSecret = PassedOn.isSecret(one.key())
                || PASSWORD_IN_URL.matcher(one.value()).matches();
        return isSecret ? Secret.HIDDEN : "'" + one.value() + "'";
    }
}
