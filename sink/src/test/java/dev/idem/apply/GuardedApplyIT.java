package dev.idem.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.Change;
import dev.idem.change.ColumnValue;
import dev.idem.change.Lsn;
import dev.idem.change.Row;
import dev.idem.change.RowKey;
import dev.idem.change.Version;
import dev.idem.consume.LogCoordinates;
import dev.idem.consume.LogEvent;
import dev.idem.consume.PositionedCut;
import dev.idem.reduce.Seeds;
import dev.idem.reduce.SourceHistory;
import dev.idem.target.TargetSettings;
import dev.idem.testing.TestPostgres;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import dev.idem.warehouse.WriterClaim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The three laws on a real warehouse: any repetition, batching and permitted order ends in the rows of the source. */
class GuardedApplyIT {

    private static TestPostgres server;
    private static Warehouse warehouse;
    private static int pipelines;

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
    void replays_from_any_place_in_any_batches_end_in_the_rows_of_the_source() {
        Seeds.check(80, seed -> {
            SourceHistory history = SourceHistory.generate(new Random(seed), 14, true);

            try (Delivery delivery = new Delivery()) {
                history.deliveries().forEach(delivery::apply);

                assertThat(delivery.rows()).isEqualTo(expected(history));
            }
        });
    }

    @Test
    void any_order_of_changes_of_unmoved_rows_ends_in_the_rows_of_the_source() {
        Seeds.check(80, seed -> {
            Random random = new Random(seed);
            SourceHistory history = SourceHistory.generate(random, 8, false);
            List<Change> shuffled = new ArrayList<>(history.changes());
            shuffled.addAll(history.changes().subList(0, history.changes().size() / 2));
            Collections.shuffle(shuffled, random);

            try (Delivery delivery = new Delivery()) {
                delivery.pretendAllWasApplied();
                int position = 0;
                while (position < shuffled.size()) {
                    int to = Math.min(shuffled.size(), position + 1 + random.nextInt(4));
                    delivery.apply(shuffled.subList(position, to));
                    position = to;
                }

                assertThat(delivery.rows()).isEqualTo(expected(history));
                assertThat(delivery.incompleteRows()).isZero();
            }
        });
    }

    @Test
    void a_replay_of_everything_changes_no_row() {
        Seeds.check(40, seed -> {
            SourceHistory history = SourceHistory.generate(new Random(seed), 14, true);

            try (Delivery delivery = new Delivery()) {
                delivery.apply(history.changes());
                Map<Integer, List<ColumnValue>> before = delivery.rows();
                TableCount again = delivery.apply(history.changes());

                assertThat(delivery.rows()).isEqualTo(before);
                assertThat(again.changed()).isZero();
                assertThat(again.events()).isEqualTo(history.changes().size());
            }
        });
    }

    @Test
    void changes_below_a_re_read_never_undo_its_rows_also_after_a_restart_in_the_middle() {
        Version read = new Version(1, new Lsn(500), 0);
        try (Delivery delivery = new Delivery()) {
            delivery.applyCut(100, List.of(upsert(1, 100, "old"), upsert(2, 100, "old")));
            delivery.applyCut(
                    200,
                    List.of(
                            snapshotRow(1, read, "read"),
                            snapshotRow(3, read, "read"),
                            new Change.Delete(read, key(6))));
            delivery.restart();
            delivery.applyCut(
                    300,
                    List.of(
                            partial(1, 300, "stale"),
                            upsert(4, 300, "gone"),
                            upsert(6, 300, "gone"),
                            delete(4, 301),
                            delete(2, 302),
                            upsert(3, 303, "stale"),
                            new Change.Truncate(at(304)),
                            upsert(3, 305, "stale")));
            delivery.completeSnapshot(400, read);
            delivery.applyCut(600, List.of(upsert(5, 600, "new")));

            assertThat(delivery.ahead()).isEqualTo("0/1F4");
            assertThat(delivery.rows().keySet()).containsExactly(1, 3, 5);
            assertThat(delivery.rows().get(1)).contains(ColumnValue.of("read"));
            assertThat(delivery.rows().get(3)).contains(ColumnValue.of("read"));
            assertThat(delivery.incompleteRows()).isZero();
        }
    }

    @Test
    void large_value_follows_a_row_whose_first_key_change_comes_again_together_with_the_next() {
        try (Delivery delivery = new Delivery()) {
            delivery.applyCut(100, List.of(upsert(1, 100, "large")));
            delivery.applyCut(200, keyChange(1, 2, 200));
            delivery.applyCut(
                    300,
                    Stream.of(keyChange(1, 2, 200), keyChange(2, 3, 300))
                            .flatMap(List::stream)
                            .toList());

            assertThat(delivery.rows().keySet()).containsExactly(3);
            assertThat(delivery.rows().get(3)).last().isEqualTo(ColumnValue.of("large"));
            assertThat(delivery.incompleteRows()).isZero();
        }
    }

    private static List<Change> keyChange(int from, int to, long lsn) {
        Row row = Row.of(ColumnValue.of("" + to), ColumnValue.of("1"), ColumnValue.of("body"), ColumnValue.UNAVAILABLE);
        return List.of(
                delete(from, lsn),
                new Change.Upsert(new Version(1, new Lsn(lsn), 2), key(to), row, Optional.of(key(from))));
    }

    private static Version at(long lsn) {
        return new Version(1, new Lsn(lsn), 1);
    }

    private static Change upsert(int id, long lsn, String body) {
        return snapshotRow(id, at(lsn), body);
    }

    private static Change partial(int id, long lsn, String small) {
        return change(id, at(lsn), ColumnValue.of(small), ColumnValue.UNAVAILABLE);
    }

    private static Change snapshotRow(int id, Version version, String body) {
        return change(id, version, ColumnValue.of(body), ColumnValue.of(body));
    }

    private static Change change(int id, Version version, ColumnValue body, ColumnValue extra) {
        return new Change.Upsert(
                version, key(id), Row.of(ColumnValue.of("" + id), ColumnValue.of("1"), body, extra), Optional.empty());
    }

    private static Change delete(int id, long lsn) {
        return new Change.Delete(at(lsn), key(id));
    }

    private static RowKey key(int id) {
        return new RowKey(List.of("" + id));
    }

    private static Map<Integer, List<ColumnValue>> expected(SourceHistory history) {
        return history.rows();
    }

    /** One pipeline of its own in the common warehouse. */
    private static final class Delivery implements AutoCloseable {

        private final String pipeline = "p" + ++pipelines;
        private WarehouseWriter writer;
        private long cut;

        Delivery() {
            try (Handle handle = warehouse.open()) {
                handle.execute("drop table if exists public.notes");
            }
            writer = open();
        }

        private WarehouseWriter open() {
            return WarehouseWriter.takeOver(
                    warehouse,
                    pipeline,
                    new ApplySettings(5, 1_000, 10, OnTableFailure.WAIT, TargetSettings.defaults()),
                    WriterClaim.starting());
        }

        void restart() {
            writer.close();
            writer = open();
        }

        /** A cut of the stream that ends at {@code lsn}, whatever its changes are. */
        void applyCut(long lsn, List<Change> changes) {
            PositionedCut positioned = cut(new Version(1, new Lsn(lsn), 0));
            writer.begin();
            writer.startCut(positioned.cut());
            changes.forEach(change ->
                    writer.add(new LogEvent.Decoded(new LogCoordinates("t", 0, 0), SourceHistory.TABLE, change)));
            writer.commit(positioned);
        }

        /** Up to where rows came ahead of the stream, as the warehouse remembers it. */
        String ahead() {
            try (Handle handle = warehouse.open()) {
                return handle.createQuery("select ahead_lsn::text from idem.target where pipeline = :pipeline")
                        .bind("pipeline", pipeline)
                        .mapTo(String.class)
                        .one();
            }
        }

        void completeSnapshot(long lsn, Version floor) {
            PositionedCut positioned = cut(new Version(1, new Lsn(lsn), 0));
            writer.begin();
            writer.startCut(positioned.cut());
            writer.completeSnapshot(SourceHistory.TABLE, floor);
            writer.commit(positioned);
        }

        /** From now on every change is treated as one that may have come before. */
        void pretendAllWasApplied() {
            writer.begin();
            writer.commit(cut(new Version(2, Lsn.ZERO, 0)));
        }

        TableCount apply(List<Change> changes) {
            writer.begin();
            changes.forEach(change ->
                    writer.add(new LogEvent.Decoded(new LogCoordinates("t", 0, 0), SourceHistory.TABLE, change)));
            Version last = changes.stream()
                    .map(Change::version)
                    .max(Version::compareTo)
                    .orElseThrow();
            return writer.commit(cut(last)).getOrDefault(SourceHistory.TABLE.table(), TableCount.NONE);
        }

        private PositionedCut cut(Version last) {
            return TestCuts.upTo(last, ++cut);
        }

        Map<Integer, List<ColumnValue>> rows() {
            try (Handle handle = warehouse.open()) {
                if (isMissing(handle)) {
                    return Map.of();
                }
                Map<Integer, List<ColumnValue>> rows = new TreeMap<>();
                handle.createQuery("select id::text, small::text, body, extra from public.notes")
                        .map((row, context) -> List.of(
                                value(row.getString(1)),
                                value(row.getString(2)),
                                value(row.getString(3)),
                                value(row.getString(4))))
                        .forEach(row -> rows.put(
                                Integer.parseInt(((ColumnValue.Text) Objects.requireNonNull(row.get(0))).value()),
                                row));
                return rows;
            }
        }

        long incompleteRows() {
            try (Handle handle = warehouse.open()) {
                return isMissing(handle)
                        ? 0
                        : handle.createQuery("select count(*) from public.notes where _idem_missing is not null")
                                .mapTo(Long.class)
                                .one();
            }
        }

        private static boolean isMissing(Handle handle) {
            return handle.createQuery("select to_regclass('public.notes') is null")
                    .mapTo(Boolean.class)
                    .one();
        }

        private static ColumnValue value(String text) {
            return text == null ? ColumnValue.NULL : ColumnValue.of(text);
        }

        @Override
        public void close() {
            writer.close();
        }
    }
}
