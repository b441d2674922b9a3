package dev.idem.capture;

import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A source and a broker that the tests of one run share; another version takes the place of the last. */
record TestServers(String version, TestPostgres source, TestKafka kafka) {

    private static @Nullable TestServers running;

    static synchronized TestServers of(String version) {
        TestServers last = running;
        if (last != null && last.version.equals(version)) {
            return last;
        }
        if (last == null) {
            Runtime.getRuntime().addShutdownHook(new Thread(TestServers::stop));
        } else {
            stop();
        }
        TestServers next = new TestServers(version, TestPostgres.start(version), TestKafka.start());
        running = next;
        return next;
    }

    private static synchronized void stop() {
        if (running != null) {
            running.source.close();
            running.kafka.close();
            running = null;
        }
    }

    /** A capture of the schema of that name, which these statements fill. */
    CaptureFixture capture(String name, String... statements) throws SQLException {
        source.execute("create schema " + name);
        source.execute(statements);
        return new CaptureFixture(source, kafka, name);
    }
}
