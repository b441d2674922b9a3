package dev.idem.apply;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/**
 * For each of many rows the order in which seven events reach the warehouse, some of them twice.
 *
 * <p>A truncate is of the whole table, so it comes in the same round for all rows.
 *
 * @param orders for each row the events, by round; all are of one length
 */
record DeliveryOrders(List<List<Integer>> orders) {

    private static final int EVENTS = 7;

    /** Every order of seven events once in which {@code truncate} comes in that round. */
    static DeliveryOrders all(int truncate, int round) {
        List<Integer> others = others(truncate);
        List<List<Integer>> orders = new ArrayList<>();
        permute(others, 0, orders);
        orders.forEach(order -> order.add(round, truncate));
        return new DeliveryOrders(orders);
    }

    private static void permute(List<Integer> events, int from, List<List<Integer>> found) {
        if (from == events.size()) {
            found.add(new ArrayList<>(events));
            return;
        }
        for (int i = from; i < events.size(); i++) {
            Collections.swap(events, from, i);
            permute(events, from + 1, found);
            Collections.swap(events, from, i);
        }
    }

    /** Random orders, in which up to two events come twice. */
    static DeliveryOrders random(Random random, int truncate, int rows) {
        return random(random, truncate, rows, order -> true);
    }

    /** Random orders, in which up to two events come twice, as far as they are permitted. */
    static DeliveryOrders random(Random random, int truncate, int rows, Predicate<List<Integer>> permitted) {
        int repetitions = random.nextInt(3);
        int truncates = repetitions > 0 && random.nextInt(EVENTS) < repetitions ? 2 : 1;
        List<Integer> rounds = new ArrayList<>();
        for (int i = 0; i < truncates; i++) {
            rounds.add(random.nextInt(EVENTS + repetitions - truncates + 1 + i));
        }
        List<List<Integer>> orders = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            List<Integer> order = others(truncate);
            for (int i = truncates - 1; i < repetitions; i++) {
                order.add(order.get(random.nextInt(EVENTS - 1)));
            }
            do {
                Collections.shuffle(order, random);
            } while (!permitted.test(order));
            rounds.forEach(round -> order.add(round, truncate));
            orders.add(order);
        }
        return new DeliveryOrders(orders);
    }

    private static List<Integer> others(int truncate) {
        List<Integer> others = new ArrayList<>();
        for (int event = 0; event < EVENTS; event++) {
            if (event != truncate) {
                others.add(event);
            }
        }
        return others;
    }

    int rows() {
        return orders.size();
    }

    int rounds() {
        return orders.get(0).size();
    }

    int event(int row, int round) {
        return orders.get(row).get(round);
    }
}
