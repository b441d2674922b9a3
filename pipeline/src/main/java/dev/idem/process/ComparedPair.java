package dev.idem.process;

import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.verify.Address;
import dev.idem.verify.Pace;
import dev.idem.verify.VerifySettings;
import dev.idem.verify.VerifySettings.Limits;
import dev.idem.verify.VerifySettings.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Source and warehouse of a pipeline, as a comparison reaches them.
 *
 * <p><i>Threads:</i> immutable.
 */
public record ComparedPair(Settings settings, DatabaseAddress source, DatabaseAddress warehouse) {

    /**
     * A comparison of these tables.
     *
     * @param tables besides those that the scope brings
     */
    public VerifySettings comparing(List<TableId> tables, Scope scope, Limits limits, Pace pace) {
        return new VerifySettings(
                settings.name(),
                address(source),
                address(warehouse),
                Optional.of(settings.source().slot()),
                Optional.of(settings.source().publication()),
                tables,
                settings.apply().targets().names()::of,
                scope,
                limits,
                pace);
    }

    private static Address address(DatabaseAddress database) {
        return new Address(database.url(), Map.of("user", database.user(), "password", database.password()));
    }
}
