package dev.idem.verify;

import java.util.Map;

/**
 * How one of the two databases is reached.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param url {@code jdbc:postgresql://...}
 * @param properties the driver's properties, user and password among them
 */
public record Address(String url, Map<String, String> properties) {

    /** Copies the properties. */
    public Address {
        properties = Map.copyOf(properties);
    }

    /** Leaves out the options of the URL and the properties: a password may be among them. */
    @Override
    public String toString() {
        int options = url.indexOf('?');
        return options < 0 ? url : url.substring(0, options);
    }
}
