package dev.idem.storm;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/**
 * The bank of {@code pgbench}: each transaction adds one amount to an account, a teller and a branch, and writes it
 * into a history without a key; so the four sums are equal after each transaction, and in the middle of none.
 *
 * <p><i>Source:</i> PostgreSQL, pgbench, "tpcb-like". Tables and statements are pgbench's own, so that it can take
 * over.
 *
 * @param accounts accounts of each branch
 */
record Bank(int accounts) implements StormClient {

    static final int BRANCHES = 4;
    private static final int TELLERS = 10;

    static final List<String> TABLES =
            List.of("pgbench_accounts", "pgbench_tellers", "pgbench_branches", "pgbench_history");

    /** The four sums of one moment. */
    static final String SUMS = """
            select
              (select coalesce(sum(abalance), 0) from pgbench_accounts),
              (select coalesce(sum(tbalance), 0) from pgbench_tellers),
              (select coalesce(sum(bbalance), 0) from pgbench_branches),
              (select coalesce(sum(delta), 0) from pgbench_history)""";

    List<String> schema() {
        return List.of(
                "create table pgbench_branches (bid int not null primary key, bbalance int, filler char(88))",
                "create table pgbench_tellers (tid int not null primary key, bid int, tbalance int, filler char(84))",
                "create table pgbench_accounts (aid int not null primary key, bid int, abalance int, filler char(84))",
                "create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
                "insert into pgbench_branches select bid, 0 from generate_series(1, " + BRANCHES + ") as bid",
                "insert into pgbench_tellers select tid, (tid - 1) / 10 + 1, 0 from generate_series(1, "
                        + BRANCHES * TELLERS + ") as tid",
                "insert into pgbench_accounts select aid, (aid - 1) / " + accounts
                        + " + 1, 0, '' from generate_series(1, " + BRANCHES * accounts + ") as aid");
    }

    @Override
    public void transaction(Connection connection, Random random) throws SQLException {
        int account = 1 + random.nextInt(BRANCHES * accounts);
        int teller = 1 + random.nextInt(BRANCHES * TELLERS);
        int branch = 1 + random.nextInt(BRANCHES);
        int delta = random.nextInt(10_001) - 5_000;
        update(connection, "update pgbench_accounts set abalance = abalance + ? where aid = ?", delta, account);
        update(connection, "update pgbench_tellers set tbalance = tbalance + ? where tid = ?", delta, teller);
        update(connection, "update pgbench_branches set bbalance = bbalance + ? where bid = ?", delta, branch);
        update(
                connection,
                "insert into pgbench_history (tid, bid, aid, delta, mtime) values (?, ?, ?, ?, current_timestamp)",
                teller,
                branch,
                account,
                delta);
    }

    private static void update(Connection connection, String sql, int... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setInt(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
