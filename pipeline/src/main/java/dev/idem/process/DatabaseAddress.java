package dev.idem.process;

/**
 * Where a PostgreSQL server is and who we are there.
 *
 * @param url {@code jdbc:postgresql://...}
 * @param user the role
 * @param password its password; empty for none
 */
public record DatabaseAddress(String url, String user, String password) {

    /** Leaves the password out. */
    @Override
    public String toString() {
        return "DatabaseAddress[" + url + ", user " + user + ']';
    }
}
