package dev.idem.demo;

import dev.idem.change.TableId;
import dev.idem.process.DatabaseAddress;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The shop's schema and its first stock, and a look at them. */
final class ShopDatabase {

    /** The shop's schema. */
    static final String SCHEMA = "shop";

    private ShopDatabase() {}

    /**
     * What is there when the shop opens.
     *
     * @param rows rows by table, in the order in which they are shown
     * @param money the sum of all balances, which no transaction changes
     */
    record Inventory(Map<TableId, Long> rows, BigDecimal money) {}

    /** Makes the schema, fills it where it is empty, and counts. */
    static Inventory prepare(DatabaseAddress source) {
        try (Handle handle = DemoDatabase.open(source, "idem demo")) {
            run(handle, "1_shop_schema.sql");
            boolean isEmpty = handle.select("select not exists (select from shop.customers)")
                    .mapTo(Boolean.class)
                    .one();
            if (isEmpty) {
                handle.useTransaction(same -> run(same, "2_shop_stock.sql"));
            }
            return count(handle);
        }
    }

    /** The driver itself runs several statements at once; jdbi would look for parameters in them. */
    private static void run(Handle handle, String script) {
        try (Statement statement = handle.getConnection().createStatement()) {
            statement.execute(DemoDatabase.script(script));
        } catch (SQLException e) {
            throw new IllegalStateException("sql/demo/" + script + ": " + e.getMessage(), e);
        }
    }

    private static Inventory count(Handle handle) {
        List<String> tables = handle.select("""
                        select c.relname
                        from pg_class c
                        where c.relnamespace = ?::regnamespace and c.relkind = 'r'
                        order by c.oid""", SCHEMA).mapTo(String.class).list();
        Map<TableId, Long> rows = new LinkedHashMap<>();
        for (String table : tables) {
            rows.put(
                    new TableId(SCHEMA, table),
                    handle.select("select count(*) from " + SCHEMA + "." + table)
                            .mapTo(Long.class)
                            .one());
        }
        return new Inventory(rows, money(handle));
    }

    private static BigDecimal money(Handle handle) {
        return handle.select(WarehouseWindow.MONEY).mapTo(BigDecimal.class).one();
    }
}
