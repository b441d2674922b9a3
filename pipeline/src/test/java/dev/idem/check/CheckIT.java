package dev.idem.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.check.Finding.Outcome;
import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import dev.idem.testing.PostgresVersions;
import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.WarehouseSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/** Each thing that keeps a pipeline from running is found, and the statement that comes with it mends it. */
class CheckIT {

    private static final TestPostgres SERVER = TestPostgres.start();
    private static final TestKafka KAFKA = TestKafka.start();
    private static int subjects;

    private final String name = "check" + ++subjects;
    private String user = SERVER.user();
    private String password = SERVER.password();
    private String brokers = KAFKA.bootstrapServers();

    @AfterAll
    static void stopServers() {
        KAFKA.close();
        SERVER.close();
    }

    @Test
    void a_sound_setup_is_ready_and_its_tables_are_listed() throws Exception {
        prepare("create table orders (id int primary key)", "create view latest as select * from orders");

        List<Finding> findings = check();

        assertThat(findings).noneMatch(finding -> finding.outcome() == Outcome.FAILED);
        assertThat(told(findings))
                .contains("table public.orders is captured, key id, replica identity DEFAULT")
                .contains("left out are views: they have no rows of their own: public.latest")
                .contains("transactions are possible")
                .contains("the role may create schemas; the first run makes [idem]");
    }

    @Test
    void wal_level_that_is_too_low_is_named() throws Exception {
        try (TestPostgres low = TestPostgres.start(PostgresVersions.first(), Map.of("wal_level", "replica"))) {
            low.execute("create table orders (id int primary key)");
            low.createDatabase("warehouse");

            Finding finding = only(Outcome.FAILED, check(low, low.jdbcUrl(), low.jdbcUrl("warehouse")));
            assertThat(finding.text()).isEqualTo("wal_level is replica (expected: logical)");
            assertThat(finding.remedy().statements()).containsExactly("alter system set wal_level = 'logical'");

            low.execute(finding.remedy().statements().get(0));
            // The test's server takes its settings from the command line, which wins over alter system.
            low.restart(Map.of("wal_level", "logical"));
            assertReady(check(low, low.jdbcUrl(), low.jdbcUrl("warehouse")));
        }
    }

    @Test
    void no_free_slot_is_named() throws Exception {
        try (TestPostgres full = TestPostgres.start(PostgresVersions.first(), Map.of("max_replication_slots", "1"))) {
            full.execute(
                    "create table orders (id int primary key)",
                    "select pg_create_logical_replication_slot('other', 'pgoutput')");
            full.createDatabase("warehouse");

            Finding finding = only(Outcome.FAILED, check(full, full.jdbcUrl(), full.jdbcUrl("warehouse")));
            assertThat(finding.text()).isEqualTo("all 1 replication slots are in use (expected: one is free)");
            assertThat(finding.remedy().statements()).containsExactly("alter system set max_replication_slots = 4");

            full.execute(finding.remedy().statements().get(0));
            full.restart(Map.of("max_replication_slots", "4"));
            assertReady(check(full, full.jdbcUrl(), full.jdbcUrl("warehouse")));
        }
    }

    @Test
    void rights_that_the_role_lacks_are_named_on_both_sides_and_can_be_given() throws Exception {
        prepare("create schema sales", "create table sales.items (id int primary key)", "create table orders (id int)");
        user = name + "_role";
        password = "p";
        SERVER.execute("create role " + user + " login password 'p'");
        source("revoke create on schema public from public", "alter table orders add primary key (id)");
        warehouse("revoke create on schema public from public");

        List<Finding> findings = check();

        assertThat(told(failed(findings)))
                .contains("may not replicate (expected: REPLICATION)")
                .contains("may not use schema sales (expected: USAGE)")
                .contains("may not read table public.orders (expected: SELECT)")
                .contains("may not read table sales.items (expected: SELECT)")
                .contains("does not exist, and the role may not make it")
                .contains("may not create tables in schema public")
                .contains(
                        "may not create schemas (expected: CREATE on the database); the first run makes [idem, sales]");
        mend(findings);
        assertReady(check());
    }

    @Test
    void slot_in_use_is_named_with_its_process() throws Exception {
        prepare("create table orders (id int primary key)", "create publication idem for all tables");
        source("select pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
        try (Connection holder = replicationConnection()) {
            holder.unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(name)
                    .withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", "idem")
                    .start();
            int pid = holder.unwrap(PGConnection.class).getBackendPID();

            Finding finding = only(Outcome.FAILED, check());
            assertThat(finding.text()).contains("is in use by server process " + pid);

            mend(List.of(finding));
            await().until(() -> Check.isReady(check()));
        }
        source("select pg_drop_replication_slot('" + name + "')");
    }

    @Test
    void kafka_that_is_down_is_named() throws Exception {
        prepare("create table orders (id int primary key)");
        brokers = "127.0.0.1:1";

        Finding finding = only(Outcome.FAILED, check());

        assertThat(finding.text()).startsWith("no use of Kafka at 127.0.0.1:1: ");
        assertThat(finding.remedy().note()).contains("kafka.bootstrap.servers");
    }

    @Test
    void topics_that_do_not_fit_are_named() throws Exception {
        prepare("create table orders (id int primary key)");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            admin.createTopics(List.of(
                            new NewTopic(name + ".progress", 2, (short) 1),
                            new NewTopic(name + ".public.orders", 1, (short) 1)
                                    .configs(Map.of(
                                            "cleanup.policy",
                                            "compact",
                                            "retention.ms",
                                            "60000",
                                            "max.message.bytes",
                                            "1000000"))))
                    .all()
                    .get();
        }

        List<Finding> findings = check();

        assertThat(told(failed(findings)))
                .contains("topic " + name + ".progress has 2 partitions (expected: 1")
                .contains("topic " + name + ".public.orders has cleanup.policy=compact (expected: delete");
        assertThat(told(findings)).contains("keeps events for PT1M").contains("takes records of 1000000 bytes at most");
    }

    @Test
    void read_only_warehouse_is_named() throws Exception {
        prepare("create table orders (id int primary key)");
        SERVER.execute("alter database " + name + "_w set default_transaction_read_only = on");

        Finding finding = only(Outcome.FAILED, check());
        assertThat(finding.text()).startsWith("transactions are read-only");

        SERVER.execute(finding.remedy().statements().get(0));
        assertReady(check());
    }

    @Test
    void keyless_table_is_named_and_stops_nothing() throws Exception {
        prepare(
                "create table orders (id int primary key)",
                "create table log (line text)",
                "create table parts (n int) partition by range (n)",
                "create table parts_low partition of parts for values from (0) to (9)");

        for (String table : List.of("log", "parts")) {
            List<Finding> findings = check();
            assertReady(findings);
            Finding finding = findings.stream()
                    .filter(one -> one.text().startsWith("table public." + table + " "))
                    .findFirst()
                    .orElseThrow();
            assertThat(finding.outcome()).isEqualTo(Outcome.WARNING);
            assertThat(finding.text()).contains("inserts are captured");

            source(finding.remedy().statements().get(0));
            assertThat(told(check())).contains("table public." + table + " is captured, no key, replica identity FULL");
        }
    }

    @Test
    void table_that_stands_in_the_way_in_the_warehouse_is_named() throws Exception {
        prepare("create table orders (id int primary key)", "create table items (id int primary key, name text)");
        warehouse(
                "create table orders (id int primary key)",
                "insert into orders values (1)",
                "create table items (id int primary key)");

        List<Finding> findings = check();

        assertThat(told(failed(findings)))
                .contains("table public.orders exists with rows that are not ours")
                .contains("table public.items exists and cannot take what the source has: it has no column name");
        for (Finding finding : failed(findings)) {
            warehouse(finding.remedy().statements().get(0));
        }
        assertReady(check());
    }

    @Test
    void unreachable_and_confused_databases_are_named() throws Exception {
        prepare("create table orders (id int primary key)");

        assertThat(told(failed(check(SERVER, "jdbc:postgresql://127.0.0.1:1/x", SERVER.jdbcUrl(name + "_w")))))
                .contains("cannot look at 127.0.0.1:1/x");
        assertThat(told(failed(check(SERVER, SERVER.jdbcUrl(name), SERVER.jdbcUrl(name)))))
                .contains("it is the very database that is the source");
        password = "wrong";
        assertThat(failed(check()))
                .hasSize(2)
                .allMatch(finding -> finding.remedy().note().contains("password"));
    }

    private void prepare(String... statements) throws SQLException {
        SERVER.createDatabase(name);
        SERVER.createDatabase(name + "_w");
        source(statements);
    }

    private void source(String... statements) throws SQLException {
        SERVER.executeIn(name, statements);
    }

    private void warehouse(String... statements) throws SQLException {
        SERVER.executeIn(name + "_w", statements);
    }

    /** Runs what the failures name, each where it was found. */
    private void mend(List<Finding> findings) throws SQLException {
        for (Finding finding : failed(findings)) {
            String[] statements = finding.remedy().statements().toArray(String[]::new);
            if (finding.place().equals("source")) {
                source(statements);
            } else {
                warehouse(statements);
            }
        }
    }

    private List<Finding> check() {
        return check(SERVER, SERVER.jdbcUrl(name), SERVER.jdbcUrl(name + "_w"));
    }

    private List<Finding> check(TestPostgres on, String source, String warehouse) {
        boolean isCommon = on == SERVER;
        String role = isCommon ? user : on.user();
        String secret = isCommon ? password : on.password();
        return Check.run(new Check.Subject(
                name,
                Optional.of(new SourceSettings(source, role, secret, name, name, List.of(), List.of())),
                Optional.of(new LogSettings(
                        Map.of("bootstrap.servers", brokers), Map.of(), 3, (short) 1, Duration.ofDays(7))),
                Optional.of(new WarehouseSettings(warehouse, Map.of("user", role, "password", secret))),
                dev.idem.target.TableMapping.identity()));
    }

    private Connection replicationConnection() throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, SERVER.user());
        PGProperty.PASSWORD.set(properties, SERVER.password());
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "13");
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        return DriverManager.getConnection(SERVER.jdbcUrl(name), properties);
    }

    private static void assertReady(List<Finding> findings) {
        assertThat(failed(findings)).isEmpty();
    }

    private static Finding only(Outcome outcome, List<Finding> findings) {
        List<Finding> found = findings.stream()
                .filter(finding -> finding.outcome() == outcome)
                .toList();
        assertThat(found).as(told(findings)).hasSize(1);
        return found.get(0);
    }

    private static List<Finding> failed(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.outcome() == Outcome.FAILED)
                .toList();
    }

    private static String told(List<Finding> findings) {
        return findings.stream().map(Finding::text).collect(Collectors.joining("\n"));
    }
}
