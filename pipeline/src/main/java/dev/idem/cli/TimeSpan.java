package dev.idem.cli;

import dev.idem.config.Units;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time with its unit, as the settings write it. */
final class TimeSpan implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        return Units.duration(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' (expected: a time with its unit, such as 500ms, 60s or 5m)"));
    }
}
