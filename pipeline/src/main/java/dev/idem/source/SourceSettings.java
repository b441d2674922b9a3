package dev.idem.source;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the source is reached and what of it is captured.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param url {@code jdbc:postgresql://host:port/database}
 * @param user the role, with REPLICATION and SELECT
 * @param password its password; empty for none
 * @param slot the replication slot, made and owned by the capture
 * @param publication the publication; made where it is missing
 * @param tables patterns {@code schema.table} of what is captured; {@code *} stands for any characters
 * @param excludedTables patterns of what is not, which win
 */
public record SourceSettings(
        String url,
        String user,
        String password,
        String slot,
        String publication,
        List<String> tables,
        List<String> excludedTables) {

    private static final String PREFIX = "jdbc:";
    private static final int DEFAULT_PORT = 5432;

    /** Copies the lists and checks the URL. */
    public SourceSettings {
        tables = List.copyOf(tables);
        excludedTables = List.copyOf(excludedTables);
        boolean readable = url.startsWith("jdbc:postgresql://")
                && URI.create(url.substring(PREFIX.length())).getHost() != null;
        if (!readable) {
            throw new IllegalArgumentException(
                    "source.url: not understood (expected: jdbc:postgresql://host:port/database)");
        }
    }

    private URI uri() {
        return URI.create(url.substring(PREFIX.length()));
    }

    /** The host in the URL. */
    public String host() {
        return uri().getHost();
    }

    /** The port in the URL, or PostgreSQL's own. */
    public int port() {
        return uri().getPort() < 0 ? DEFAULT_PORT : uri().getPort();
    }

    /** The database in the URL, or the one that is named as the user, as libpq has it. */
    public String database() {
        String path = uri().getPath();
        return path == null || path.length() < 2 ? user : path.substring(1);
    }

    /** The driver's own options, which stand behind the question mark. */
    public Map<String, String> driverOptions() {
        Map<String, String> options = new TreeMap<>();
        String query = uri().getQuery();
        if (query != null) {
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                options.put(
                        equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        return options;
    }

    /** The publication of inserts alone, for tables of which the source would refuse other writes. */
    public String insertPublication() {
        return InsertPublication.nameFor(publication);
    }

    /** {@code host:port/database}, for messages. */
    public String address() {
        return host() + ':' + port() + '/' + database();
    }

    /** Leaves the password out. */
    @Override
    public String toString() {
        return "SourceSettings[" + address() + ", user " + user + ", slot " + slot + ']';
    }
}
