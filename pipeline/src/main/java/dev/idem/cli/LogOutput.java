package dev.idem.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.idem.config.Settings.LogFormat;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** The form of the log, which is text until the settings are read. */
final class LogOutput {
    private static final String FILE_PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} %msg%n%ex";

    private LogOutput() {}

    static void use(LogFormat format) {
        if (format == LogFormat.TEXT) {
            return;
        }
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(loggers);
        loggers.reset();
        try {
            configurator.doConfigure(resource());
        } catch (JoranException e) {
            throw new IllegalStateException("the packed log configuration is wrong", e);
        }
    }

    /** Sends the log to a file: the terminal shows something else. */
    static void toFile(Path file) {
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(loggers);
        encoder.setPattern(FILE_PATTERN);
        encoder.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(loggers);
        appender.setName("file");
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        appender.start();
        Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
    }

    private static URL resource() {
        return Objects.requireNonNull(LogOutput.class.getResource("/logback-json.xml"), "logback-json.xml");
    }
}
