package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of a control schema that is there already. */
class ControlSchemaIT {

    private static TestPostgres server;

    @BeforeAll
    static void startServer() {
        server = TestPostgres.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static Warehouse warehouse(String database) throws SQLException {
        return new Warehouse(
                new WarehouseSettings(
                        server.createDatabase(database), Map.of("user", server.user(), "password", server.password())),
                "idem-test");
    }

    @Test
    void schema_of_another_version_stops_the_sink_and_names_the_remedy() throws SQLException {
        Warehouse warehouse = warehouse("changed");
        warehouse.migrate();
        try (Handle handle = warehouse.open()) {
            handle.execute("update idem.schema_version set checksum = 1 where version = '1'");
        }

        assertThatThrownBy(warehouse::migrate)
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONTROL_SCHEMA))
                .hasMessageContaining("checksum mismatch for migration version 1")
                .hasMessageContaining("Remedy:");
    }

    @Test
    void second_start_changes_nothing() throws SQLException {
        Warehouse warehouse = warehouse("twice");
        warehouse.migrate();
        List<String> before = history(warehouse);

        warehouse.migrate();

        assertThat(history(warehouse)).isNotEmpty().isEqualTo(before);
    }

    private static List<String> history(Warehouse warehouse) {
        try (Handle handle = warehouse.open()) {
            return handle.select("select s::text from idem.schema_version s order by installed_rank")
                    .mapTo(String.class)
                    .list();
        }
    }
}
