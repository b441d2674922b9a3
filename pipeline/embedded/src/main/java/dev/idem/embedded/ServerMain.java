package dev.idem.embedded;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * One embedded server in a process of its own: {@code postgres <directory> <port>} or {@code kafka <directory> <port>}.
 *
 * <p>Prints {@code ready <port>} on standard output when it takes connections, and runs until it is told to stop.
 */
public final class ServerMain {
    private ServerMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 3) {
            System.err.println("usage: postgres|kafka <directory> <port, 0 for any>");
            System.exit(2);
        }
        Path directory = Path.of(arguments[1]);
        int port = Integer.parseInt(arguments[2]);
        CountDownLatch stopped = new CountDownLatch(1);
        AutoCloseable server = start(arguments[0], directory, port);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, stopped), "stop"));
        stopped.await();
    }

    private static AutoCloseable start(String kind, Path directory, int port) {
        if (kind.equals("kafka")) {
            EmbeddedKafka kafka =
                    EmbeddedKafka.start(KafkaBrokerConfig.in(directory).onPort(port));
            System.out.println("ready " + kafka.port());
            return kafka;
        }
        EmbeddedPostgres postgres =
                EmbeddedPostgres.start(PostgresConfig.in(directory).onPort(port));
        System.out.println("ready " + postgres.address().port());
        return postgres;
    }

    private static void stop(AutoCloseable server, CountDownLatch stopped) {
        try {
            server.close();
        } catch (Exception e) {
            throw new EmbeddedServerException("the server does not stop", e);
        } finally {
            stopped.countDown();
        }
    }
}
