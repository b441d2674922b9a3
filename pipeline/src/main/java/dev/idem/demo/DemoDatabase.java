package dev.idem.demo;

import dev.idem.process.DatabaseAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.TemplateEngine;

/** How the demo reaches a database: as any client would, under a name of its own. */
final class DemoDatabase {

    private static final String SCRIPTS = "/dev/idem/sql/demo/";

    private DemoDatabase() {}

    /** Opens a session. */
    static Handle open(DatabaseAddress address, String applicationName) {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("ApplicationName", applicationName);
        Jdbi jdbi = Jdbi.create(address.url(), properties);
        jdbi.setTemplateEngine(TemplateEngine.NOP);
        jdbi.getConfig(StatementExceptions.class)
                .setMessageRendering(exception -> String.valueOf(exception.getShortMessage()));
        return jdbi.open();
    }

    /** A script of the directory {@code sql/demo}. */
    static String script(String name) {
        try (InputStream in = DemoDatabase.class.getResourceAsStream(SCRIPTS + name)) {
            if (in == null) {
                throw new IllegalStateException("not in the program: " + SCRIPTS + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
