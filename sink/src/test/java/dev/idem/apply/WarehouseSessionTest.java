package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.testing.memory.Interceptor;
import dev.idem.testing.memory.MemoryWarehouse;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WarehouseSessionTest {

    /** Found by the simulation: the sink stopped for good where the connection broke right behind the connecting. */
    @Test
    void a_session_that_is_lost_while_it_is_set_up_is_a_failure_that_can_heal() {
        try (MemoryWarehouse memory = new MemoryWarehouse()) {
            Warehouse warehouse = new Warehouse(new WarehouseSettings(memory.url(), Map.of()), "idem-test");
            memory.intercept(new Interceptor() {
                @Override
                public void before(String call) throws SQLException {
                    if (call.startsWith("select set_config")) {
                        throw new SQLException("connection lost", "08006");
                    }
                }
            });

            PipelineException failure = catchThrowableOfType(PipelineException.class, warehouse::open);

            assertThat(failure.kind()).isEqualTo(ErrorKind.WAREHOUSE_UNREACHABLE);
            assertThat(failure.response()).isEqualTo(ErrorKind.Response.RETRY);
        }
    }
}
