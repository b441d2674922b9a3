package dev.idem.embedded;

/**
 * Where a PostgreSQL server listens, and as whom one may come in.
 *
 * @param port on the loopback address
 * @param user a superuser
 */
public record PostgresAddress(int port, String user, String password) {
    public static final String HOST = "127.0.0.1";

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + HOST + ":" + port + "/" + database;
    }

    /** For psql; carries the password. */
    public String psqlUrl(String database) {
        return "postgresql://" + user + ":" + password + "@" + HOST + ":" + port + "/" + database;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return user + "@" + HOST + ":" + port;
    }
}
