package dev.idem.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestPostgres;
import dev.idem.verify.RowDifference.Kind;
import dev.idem.verify.TableResult.Counts;
import dev.idem.verify.VerifySettings.Limits;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each kind of damage is found, named by column and counted; what is the same is not reported. */
class VerifierIT {

    private static final String[] ORDERS = {
        "create table orders (id int primary key, status text, total numeric, scan bytea, note json)",
        "insert into orders select i, 'open', i + 0.50, decode(repeat('ab', 10), 'hex'), '{\"a\":  1}'"
                + " from generate_series(1, 100) i"
    };

    private static TestPostgres server;

    @BeforeAll
    static void startServer() {
        server = TestPostgres.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void missing_row_is_found() throws Exception {
        TableResult result = orders().inWarehouse("delete from orders where id in (1, 50, 100)")
                .compare("public.orders");

        assertThat(result.counts()).isEqualTo(new Counts(100, 3, 0, 0, 0, 0));
        assertThat(result.examples())
                .extracting(RowDifference::key)
                .containsExactlyInAnyOrder(Map.of("id", "1"), Map.of("id", "50"), Map.of("id", "100"));
    }

    @Test
    void extra_row_is_found_before_the_first_between_and_behind_the_last() throws Exception {
        TableResult result = orders().atSource("delete from orders where id = 42")
                .inWarehouse("insert into orders (id) values (-5), (1000)")
                .compare("public.orders");

        assertThat(result.counts()).isEqualTo(new Counts(99, 0, 3, 0, 0, 0));
        assertThat(result.isEqual()).isFalse();
    }

    @Test
    void one_other_value_is_found_with_its_column() throws Exception {
        TableResult result = orders().inWarehouse("update orders set status = 'paid' where id = 17")
                .compare("public.orders");

        assertThat(result.counts()).isEqualTo(new Counts(100, 0, 0, 1, 0, 0));
        assertThat(result.differingColumns()).isEqualTo(Map.of("status", 1L));
        assertThat(result.examples()).singleElement().satisfies(example -> {
            assertThat(example.kind()).isEqualTo(Kind.DIFFERING);
            assertThat(example.columns()).containsExactly("status");
        });
    }

    @Test
    void null_is_told_from_the_empty_text() throws Exception {
        TableResult result = orders().atSource(
                        "update orders set status = '' where id = 3", "update orders set status = null where id = 4")
                .inWarehouse(
                        "update orders set status = null where id = 3", "update orders set status = '' where id = 4")
                .compare("public.orders");

        assertThat(result.differingColumns()).isEqualTo(Map.of("status", 2L));
    }

    @Test
    void equal_numbers_and_documents_of_other_text_are_differences() throws Exception {
        TableResult result = orders().inWarehouse(
                        "update orders set total = total::numeric(20, 5) where id = 3",
                        "update orders set note = '{\"a\": 1}' where id = 4")
                .compare("public.orders");

        assertThat(result.differingColumns()).isEqualTo(Map.of("total", 1L, "note", 1L));
    }

    @Test
    void one_bit_of_twenty_megabytes_is_found() throws Exception {
        VerifiedPair pair = orders().onBoth(
                        "update orders set scan = decode(repeat('c0ffee00', 5000000), 'hex')" + " where id = 9");

        assertThat(pair.compare("public.orders").isEqual()).isTrue();
        pair.inWarehouse(
                "update orders set scan = set_bit(scan, 123456789, 1 - get_bit(scan, 123456789)) where id = 9");
        assertThat(pair.compare("public.orders").differingColumns()).isEqualTo(Map.of("scan", 1L));
    }

    @Test
    void row_doubled_in_a_keyless_table_is_found() throws Exception {
        VerifiedPair pair = VerifiedPair.create(server)
                .onBoth(
                        "create table history (account int, delta int, at timestamptz)",
                        "insert into history select i % 10, 5, '2026-01-01' from generate_series(1, 1000) i");

        assertThat(pair.compare("public.history").isEqual()).isTrue();
        pair.inWarehouse("insert into history values (3, 5, '2026-01-01')");
        assertThat(pair.compare("public.history").counts()).isEqualTo(new Counts(1000, 0, 1, 0, 0, 0));
        pair.inWarehouse(
                "delete from history where ctid in (select ctid from history where account = 3 limit 3)",
                "update history set delta = 6 where ctid = (select ctid from history where account = 4 limit 1)");
        assertThat(pair.compare("public.history").counts()).isEqualTo(new Counts(1000, 3, 1, 0, 0, 0));
    }

    @Test
    void everything_missing_is_counted_in_bounded_memory() throws Exception {
        VerifiedPair pair = orders().inWarehouse("truncate orders");

        Verification result = pair.verify(
                new Limits(Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ZERO, 9, 10, 2), "public.orders");

        assertThat(result.tables().get(0).counts()).isEqualTo(new Counts(100, 100, 0, 0, 0, 0));
        assertThat(result.tables().get(0).examples()).hasSize(2);
    }

    @Test
    void what_the_warehouse_says_it_lacks_is_incomplete_and_not_wrong() throws Exception {
        TableResult result = orders().inWarehouse(
                        "alter table orders add _idem_missing text[], add _idem_lsn pg_lsn",
                        "update orders set scan = null, _idem_missing = '{scan}' where id = 5",
                        "update orders set scan = null, status = 'x', _idem_missing = '{scan}' where id = 6")
                .compare("public.orders");

        assertThat(result.counts()).isEqualTo(new Counts(100, 0, 0, 1, 1, 0));
        assertThat(result.warehouseOnly()).isEmpty();
    }

    @Test
    void tables_and_columns_of_one_side_are_named() throws Exception {
        VerifiedPair pair = orders().atSource("create table lost (id int)", "alter table orders add discount int")
                .inWarehouse("alter table orders add loaded_by text");

        Verification result = pair.verify("public.lost", "public.orders", "public.nowhere");

        assertThat(result.isEqual()).isFalse();
        assertThat(result.tables().get(0).obstacle()).isEqualTo("no such table in the warehouse");
        assertThat(result.tables().get(1).sourceOnly()).containsExactly("discount");
        assertThat(result.tables().get(1).warehouseOnly()).containsExactly("loaded_by");
        assertThat(result.tables().get(2).obstacle()).isEqualTo("no such table on either side");
    }

    @Test
    void a_table_that_cannot_be_read_does_not_hide_the_others() throws Exception {
        VerifiedPair pair = orders().atSource(
                        "create table secret (id int primary key)",
                        "alter table secret enable row level security",
                        "alter table secret force row level security")
                .inWarehouse("create table secret (id text)", "update orders set status = 'x' where id = 1");

        Verification result = pair.verify("public.secret", "public.orders");

        assertThat(result.tables().get(1).counts().differing()).isEqualTo(1);
    }

    @Test
    void the_verdict_holds_no_values() throws Exception {
        Verification result = orders().inWarehouse(
                        "update orders set status = 'swordfish' where id = 77", "delete from orders where id = 88")
                .verify("public.orders");

        assertThat(result.verdict())
                .isEqualTo("Different: 1 of 1 table: public.orders (1 row missing, 1 row differing).");
        assertThat(orders().verify("public.orders").verdict())
                .isEqualTo("Equal: 1 table, 100 rows, every value is the same.");
    }

    private static VerifiedPair orders() throws Exception {
        return VerifiedPair.create(server).onBoth(ORDERS);
    }
}
