package dev.idem.verify;

import dev.idem.change.TableId;
import dev.idem.testing.TestPostgres;
import dev.idem.verify.VerifySettings.Limits;
import dev.idem.verify.VerifySettings.Scope;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Two databases of one server that hold the same tables until a test damages one. */
final class VerifiedPair {

    /** Does not wait long for a pipeline that is not there. */
    static final Limits QUICK = new Limits(Duration.ofSeconds(20), Duration.ofMillis(200), Duration.ZERO, 7, 5_000, 5);

    private static int pairs;

    private final TestPostgres server;
    private final String source;
    private final String warehouse;

    private VerifiedPair(TestPostgres server, String source, String warehouse) {
        this.server = server;
        this.source = source;
        this.warehouse = warehouse;
    }

    static VerifiedPair create(TestPostgres server) throws SQLException {
        int number = ++pairs;
        VerifiedPair pair = new VerifiedPair(server, "source_" + number, "warehouse_" + number);
        server.createDatabase(pair.source);
        server.createDatabase(pair.warehouse);
        return pair;
    }

    VerifiedPair onBoth(String... statements) throws SQLException {
        return atSource(statements).inWarehouse(statements);
    }

    VerifiedPair atSource(String... statements) throws SQLException {
        server.executeIn(source, statements);
        return this;
    }

    VerifiedPair inWarehouse(String... statements) throws SQLException {
        server.executeIn(warehouse, statements);
        return this;
    }

    String sourceName() {
        return source;
    }

    String warehouseName() {
        return warehouse;
    }

    TestPostgres server() {
        return server;
    }

    /** The result for one table. */
    TableResult compare(String table) {
        return verify(table).tables().get(0);
    }

    /** Small chunks, so that a few rows make many. */
    Verification verify(String... tables) {
        return verify(QUICK, tables);
    }

    Verification verify(Limits limits, String... tables) {
        List<TableId> named = Arrays.stream(tables)
                .map(table -> table.split("\\.", 2))
                .map(parts -> new TableId(parts[0], parts[1]))
                .toList();
        return new Verifier(new VerifySettings(
                        "shop",
                        address(source),
                        address(warehouse),
                        Optional.empty(),
                        named,
                        UnaryOperator.identity(),
                        named.isEmpty() ? Scope.FOLLOWED : Scope.NAMED,
                        limits))
                .verify(result -> {});
    }

    private Address address(String database) {
        return new Address(server.jdbcUrl(database), Map.of("user", server.user(), "password", server.password()));
    }
}
