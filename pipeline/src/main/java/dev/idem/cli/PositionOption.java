package dev.idem.cli;

import dev.idem.replay.LogPosition;
import java.time.Clock;
import java.time.ZoneId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A place in the log as a person types it. */
final class PositionOption implements ITypeConverter<LogPosition> {
    @Override
    public LogPosition convert(String text) {
        try {
            return LogPosition.parse(text, Clock.system(ZoneId.systemDefault()));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
