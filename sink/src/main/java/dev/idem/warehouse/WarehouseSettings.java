package dev.idem.warehouse;

import java.util.Map;

/**
 * How the warehouse is reached.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param url {@code jdbc:postgresql://...}
 * @param properties the driver's properties, user and password among them
 */
public record WarehouseSettings(String url, Map<String, String> properties) {

    /** Copies the properties. */
    public WarehouseSettings {
        properties = Map.copyOf(properties);
    }

    /** Keeps the password out of logs. */
    @Override
    public String toString() {
        return "WarehouseSettings[" + url + "]";
    }
}
