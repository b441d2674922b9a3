package dev.idem.demo;

import java.util.Random;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** What happens in the shop, and how often. Each is one transaction of the source. */
enum ShopAct {
    ORDER(38, ShopDesk::order),
    BROWSE(20, ShopDesk::browse),
    SHIP(14, ShopDesk::ship),
    CANCEL(7, ShopDesk::cancel),
    REPRICE(6, ShopDesk::reprice),
    MOVE_HOUSE(5, ShopDesk::moveHouse),
    THINK_BETTER_OF_IT(4, ShopDesk::order, Handle::rollback),
    DELIVERY(2, ShopDesk::delivery),
    NEW_CUSTOMER(2, ShopDesk::newCustomer),
    RENAME_CUSTOMER(1, ShopDesk::renameCustomer),
    RENAME_PRODUCT(1, ShopDesk::renameProduct),
    PRICE_LIST(1, ShopDesk::priceList);

    private static final int ALL_WEIGHTS = sumOfWeights();

    private final int weight;
    private final Doing doing;
    private final Ending ending;

    /** Does it, in the transaction that is open. */
    @FunctionalInterface
    private interface Doing {
        void at(ShopDesk desk);
    }

    /** Ends the transaction. */
    @FunctionalInterface
    private interface Ending {
        void of(Handle handle);
    }

    ShopAct(int weight, Doing doing) {
        this(weight, doing, Handle::commit);
    }

    ShopAct(int weight, Doing doing, Ending ending) {
        this.weight = weight;
        this.doing = doing;
        this.ending = ending;
    }

    /** One of them, by their weights. */
    static ShopAct any(Random random) {
        int left = random.nextInt(ALL_WEIGHTS);
        for (ShopAct act : values()) {
            left -= act.weight;
            if (left < 0) {
                return act;
            }
        }
        throw new IllegalStateException("the weights do not add up");
    }

    /** Does it in a transaction of its own. */
    void perform(Handle handle, ShopDesk desk) {
        handle.begin();
        try {
            doing.at(desk);
            ending.of(handle);
        } catch (JdbiException e) {
            handle.rollback();
            throw e;
        }
    }

    private static int sumOfWeights() {
        int sum = 0;
        for (ShopAct act : values()) {
            sum += act.weight;
        }
        return sum;
    }
}
