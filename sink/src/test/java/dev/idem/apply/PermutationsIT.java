package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.apply.SevenEvents.KeyChanges;
import dev.idem.change.ColumnValue;
import dev.idem.change.TableDefinition;
import dev.idem.reduce.Seeds;
import dev.idem.testing.TestPostgres;
import dev.idem.testing.memory.MemoryWarehouse;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever the order and repetition in which seven events of a row reach a real warehouse, the row ends as the source
 * left it. The model of the warehouse, on which the simulation runs, is given the same and must say the same.
 *
 * <p>{@code -Didem.permutations=150000} tries that many orders, {@code -Didem.seed=N} repeats a failure.
 */
class PermutationsIT {

    private static final int ORDERS = Integer.getInteger("idem.permutations", 25_000);
    private static final int ROWS_A_GROUP = 1_000;
    private static final int EVENTS = 7;

    private static TestPostgres server;
    private static Warehouse warehouse;
    private static int groups;

    @BeforeAll
    static void startServer() {
        server = TestPostgres.start();
        warehouse = new Warehouse(
                new WarehouseSettings(server.jdbcUrl(), Map.of("user", server.user(), "password", server.password())),
                "idem-test");
        warehouse.migrate();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void each_of_the_5040_orders_ends_in_the_row_of_the_source() {
        Seeds.check(1, seed -> {
            Random random = new Random(seed);
            SevenEvents events = SevenEvents.endingInARow(random, KeyChanges.CARRY_ALL);
            for (int round = 0; round < EVENTS; round++) {
                DeliveryOrders orders = DeliveryOrders.all(events.truncate(), round);
                assertThat(orders.rows()).isEqualTo(720);
                check(events, orders, random);
            }
        });
    }

    @Test
    void orders_with_repetitions_and_in_any_batches_end_in_the_row_of_the_source() {
        Seeds.check(Math.max(1, (ORDERS - 5_040) / ROWS_A_GROUP), seed -> {
            Random random = new Random(seed);
            SevenEvents events = SevenEvents.random(random, KeyChanges.CARRY_ALL);
            check(events, DeliveryOrders.random(random, events.truncate(), ROWS_A_GROUP), random);
        });
    }

    /**
     * Where the row under the old key is gone the value is missing by name, never wrong. An older value of the row must
     * not come last before the key change: no log tells it so, and nothing could tell it from the right one.
     */
    @Test
    void a_value_that_a_key_change_left_out_is_right_or_named_as_missing() {
        Seeds.check(4, seed -> {
            Random random = new Random(seed);
            SevenEvents events = SevenEvents.random(random, KeyChanges.LEAVE_LARGE_OUT);
            DeliveryOrders orders = DeliveryOrders.random(
                    random, events.truncate(), ROWS_A_GROUP, events::tellsTheYoungestBeforeTheKeyChange);
            check(events, orders, random);
        });
    }

    @Test
    void in_the_order_of_the_source_a_value_that_a_key_change_left_out_is_carried_over() {
        Seeds.check(20, seed -> {
            Random random = new Random(seed);
            SevenEvents events = SevenEvents.random(random, KeyChanges.LEAVE_LARGE_OUT);
            DeliveryOrders inOrder = new DeliveryOrders(
                    List.of(IntStream.range(0, EVENTS).boxed().toList()));
            Map<Integer, TargetDump.Row> rows = deliver(events, inOrder, random).rows();
            assertThat(rows.values()).as("%s", events).allMatch(row -> row.missing() == null);
            assertRows(events, inOrder, rows);
        });
    }

    private static void check(SevenEvents events, DeliveryOrders orders, Random random) {
        assertRows(events, orders, deliver(events, orders, random).rows());
    }

    /** Gives the events to PostgreSQL and to the model; what both then hold. */
    private static TargetDump deliver(SevenEvents events, DeliveryOrders orders, Random random) {
        TableDefinition table = SevenEvents.table("p_" + ++groups);
        List<List<Integer>> batches = batches(orders.rounds(), random);
        try (MemoryWarehouse model = new MemoryWarehouse()) {
            apply(warehouse, events, orders, batches, table);
            apply(new Warehouse(new WarehouseSettings(model.url(), Map.of()), "model"), events, orders, batches, table);
            TargetDump real = dropped(table);
            assertThat(TargetDump.of(model, table.table()))
                    .as("the model after %s in %s", events, batches)
                    .isEqualTo(real);
            return real;
        }
    }

    private static TargetDump dropped(TableDefinition table) {
        try (Handle handle = warehouse.open()) {
            TargetDump dump = TargetDump.of(handle, table.table());
            handle.execute("drop table public." + table.table().name());
            return dump;
        }
    }

    private static void apply(
            Warehouse target,
            SevenEvents events,
            DeliveryOrders orders,
            List<List<Integer>> batches,
            TableDefinition table) {
        try (GroupDelivery delivery = new GroupDelivery(target, table.table().name(), table)) {
            batches.forEach(batch -> delivery.apply(events, orders, batch));
        }
    }

    private static List<List<Integer>> batches(int rounds, Random random) {
        List<List<Integer>> batches = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            if (round == 0 || random.nextInt(3) > 0) {
                batches.add(new ArrayList<>());
            }
            batches.get(batches.size() - 1).add(round);
        }
        return batches;
    }

    private static void assertRows(SevenEvents events, DeliveryOrders orders, Map<Integer, TargetDump.Row> rows) {
        List<ColumnValue> last = events.lastValues();
        Map<Integer, List<Integer>> wrong = new TreeMap<>();
        for (int row = 0; row < orders.rows(); row++) {
            TargetDump.Row found = rows.get(events.lastKey(row));
            TargetDump.Row other = rows.get(4 * row + 1 - events.lastKey(row));
            if (other != null || !(last == null ? found == null : found != null && found.shows(last))) {
                wrong.put(row, orders.orders().get(row));
            }
        }
        assertThat(wrong).as("orders of %s that end wrong", events).isEmpty();
        boolean mayMiss = events.toString().contains(KeyChanges.LEAVE_LARGE_OUT.name());
        assertThat(rows.values()).as("%s", events).allMatch(row -> mayMiss || row.missing() == null);
    }
}
