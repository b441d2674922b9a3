package dev.idem.demo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;

/**
 * One desk of the shop: what it can do, each in the transaction that is open.
 *
 * <p>Rows are locked in one order everywhere (customer, products by name, till), so that desks do not stop each other.
 *
 * <p><i>Threads:</i> one thread.
 */
final class ShopDesk {

    private static final int CUSTOMERS = 5_000;
    private static final int PRODUCTS = 500;
    private static final int LARGE = 250;

    private final Handle handle;
    private final Random random;
    private final int till;
    private long lastOrder;

    ShopDesk(Handle handle, Random random, int till) {
        this.handle = handle;
        this.random = random;
        this.till = till;
        this.lastOrder = handle.select("select coalesce(max(id), 1) from shop.orders")
                .mapTo(Long.class)
                .one();
    }

    /** An order of one to four products, paid at once: six tables, and money that only moves. */
    void order() {
        UUID customer = lockCustomer();
        int lines = 1 + random.nextInt(4);
        int first = 1 + random.nextInt(PRODUCTS - lines);
        BigDecimal total = BigDecimal.valueOf(10L * lines);
        lastOrder = handle.select("""
                        insert into shop.orders (customer_id, till_id, status, total)
                        values (?, ?, 'placed', ?)
                        returning id""", customer, till, total).mapTo(Long.class).one();
        for (int line = 0; line < lines; line++) {
            handle.execute("""
                    with product as (
                      update shop.products set stock = stock - 1 where name = ? returning sku
                    )
                    insert into shop.order_lines (order_id, line_no, sku, quantity, price)
                    select ?, ?, sku, 1, 10 from product""", productName(first + line), lastOrder, line + 1);
        }
        handle.execute("""
                insert into shop.payments (order_id, amount, details)
                values (?, ?, jsonb_build_object('method', 'card', 'last4', ?::text))""", lastOrder, total, random.nextInt(10_000));
        handle.execute("update shop.customers set balance = balance - ? where id = ?", total, customer);
        handle.execute("update shop.tills set balance = balance + ? where id = ?", total, till);
    }

    /** Some views, two of them equal in every column. */
    void browse() {
        handle.execute("""
                insert into shop.page_views (seen_at, visitor, path)
                select now(), ?, '/product/' || ? + i / 2
                from generate_series(1, 5) as i""", random.nextInt(3_000), random.nextInt(PRODUCTS));
    }

    /** Up to ten orders leave. */
    void ship() {
        handle.execute("""
                update shop.orders set status = 'shipped'
                where id in (
                  select id from shop.orders
                  where status = 'placed' and id > ?
                  order by id
                  limit 10
                  for update skip locked
                )""", lastOrder - 1_000);
    }

    /** An order and all that hangs on it is deleted, and the money goes back. */
    void cancel() {
        UUID customer = lockCustomer();
        record Order(BigDecimal total, int till) {}
        Optional<Order> cancelled = handle.select("""
                        delete from shop.orders
                        where id = (select max(id) from shop.orders where customer_id = ?)
                        returning total, till_id""", customer)
                .map((row, context) -> new Order(row.getBigDecimal(1), row.getInt(2)))
                .findOne();
        cancelled.ifPresent(order -> {
            handle.execute("update shop.customers set balance = balance + ? where id = ?", order.total(), customer);
            handle.execute("update shop.tills set balance = balance - ? where id = ?", order.total(), order.till());
        });
    }

    /** A new price; the large manual stays as it is. */
    void reprice() {
        handle.execute(
                "update shop.products set price = ?, updated_at = now() where name = ?",
                BigDecimal.valueOf(100 + random.nextInt(9_900), 2),
                productName(1 + random.nextInt(PRODUCTS)));
    }

    /** A new address, sometimes with a new large value as well. */
    void moveHouse() {
        boolean writes = random.nextInt(10) == 0;
        handle.execute(
                """
                update shop.customers set
                  address = jsonb_set(address, '{street}', to_jsonb(?::text)),
                  tags = array['moved', null, ?::text],
                  letters = case when ? then shop.large_text(?) else letters end
                where email = ?""", random.nextInt(900) + " Short Lane", "tag \\ \"" + random.nextInt(9), writes, LARGE, email());
    }

    /** Many rows by one COPY, and the stock that they bring. */
    void delivery() {
        StringBuilder rows = new StringBuilder();
        int first = 1 + random.nextInt(PRODUCTS - 80);
        int count = 20 + random.nextInt(60);
        for (int i = 0; i < count; i++) {
            rows.append(productName(first + i)).append("\t10\n");
        }
        copy("copy shop.deliveries (sku, quantity) from stdin", rows.toString());
        for (int i = 0; i < count; i += 20) {
            handle.execute("update shop.products set stock = stock + 10 where name = ?", productName(first + i));
        }
    }

    private void copy(String sql, String rows) {
        try {
            handle.getConnection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(sql, new ByteArrayInputStream(rows.getBytes(StandardCharsets.UTF_8)));
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A customer more, without money: it would have to come from somewhere. */
    void newCustomer() {
        handle.execute("""
                insert into shop.customers (email, name, address, balance)
                values (?, 'Newcomer', '{"city": "Quito"}', 0)""", "new" + UUID.randomUUID() + "@example.com");
    }

    /** The key changes, and with it the orders' reference; the large letters do not. */
    void renameCustomer() {
        handle.execute("update shop.customers set id = gen_random_uuid() where id = ?", lockCustomer());
    }

    /** The key changes, and with it the order lines' reference; the large manual does not. */
    void renameProduct() {
        handle.execute(
                "update shop.products set sku = split_part(sku, '/', 1) || '/' || ? where name = ?",
                random.nextInt(1_000),
                productName(1 + random.nextInt(PRODUCTS)));
    }

    /** Staging: emptied, filled, and used, in one transaction. */
    void priceList() {
        handle.execute("truncate shop.price_list");
        handle.execute("""
                insert into shop.price_list (sku, price)
                select 'SKU-' || to_char(i, 'FM00000'), ? + i
                from generate_series(1, 100) as i""", BigDecimal.valueOf(random.nextInt(500), 2));
        handle.execute("""
                update shop.products as product set price = list.price
                from shop.price_list as list
                where product.sku = list.sku and product.name = ?""", productName(1 + random.nextInt(100)));
    }

    private UUID lockCustomer() {
        return handle.select("select id from shop.customers where email = ? for update", email())
                .mapTo(UUID.class)
                .one();
    }

    private String email() {
        return "customer" + (1 + random.nextInt(CUSTOMERS)) + "@example.com";
    }

    private static String productName(int number) {
        return "Product " + number;
    }
}
