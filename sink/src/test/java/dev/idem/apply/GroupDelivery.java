package dev.idem.apply;

import dev.idem.change.Change;
import dev.idem.change.TableDefinition;
import dev.idem.change.Version;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.target.TargetSettings;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WriterClaim;
import java.util.List;
import java.util.stream.Stream;

/** Gives events of many rows of one table to a warehouse, in cuts of some rounds each. */
final class GroupDelivery implements AutoCloseable {

    private static final ApplySettings SETTINGS =
            new ApplySettings(100_000, 1L << 30, 10, OnTableFailure.STOP, TargetSettings.defaults());

    private final TableDefinition table;
    private final WarehouseWriter writer;
    private long cut;

    GroupDelivery(Warehouse warehouse, String pipeline, TableDefinition table) {
        this.table = table;
        this.writer = WarehouseWriter.takeOver(warehouse, pipeline, SETTINGS, WriterClaim.starting());
    }

    /** The events of these rounds in one transaction. */
    void apply(SevenEvents events, DeliveryOrders orders, List<Integer> rounds) {
        writer.begin();
        for (int round : rounds) {
            if (orders.event(0, round) == events.truncate()) {
                add(events.changes(events.truncate(), 0));
            } else {
                for (int row = 0; row < orders.rows(); row++) {
                    add(events.changes(orders.event(row, round), row));
                }
            }
        }
        writer.commit(positioned(highest(events, orders, rounds)));
    }

    private void add(List<Change> changes) {
        changes.forEach(change -> writer.add(new LogEvent.Decoded(new LogCoordinates("t", 0, 0), table, change)));
    }

    private static Version highest(SevenEvents events, DeliveryOrders orders, List<Integer> rounds) {
        Stream<Change> changes = rounds.stream()
                .flatMap(round ->
                        orders.orders().stream().flatMap(order -> events.changes(order.get(round), 0).stream()));
        return changes.map(Change::version).max(Version::compareTo).orElseThrow();
    }

    private PositionedCut positioned(Version last) {
        return TestCuts.upTo(last, ++cut);
    }

    @Override
    public void close() {
        writer.close();
    }
}
