package dev.idem.capture;

import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A capture in a process of its own, to be killed. */
final class CaptureMain {

    private CaptureMain() {}

    /** Source URL, user, password, broker, name, directory, batch size. */
    public static void main(String[] arguments) {
        String name = arguments[4];
        String slot = "idem_" + name;
        Capture capture = new Capture(new CaptureSettings(
                name,
                Path.of(arguments[5]),
                1 << 20,
                Duration.ofMillis(300),
                CaptureSettings.OnNewHistory.STOP,
                new SourceSettings(
                        arguments[0], arguments[1], arguments[2], slot, slot, List.of(name + ".*"), List.of()),
                new LogSettings(Map.of("bootstrap.servers", arguments[3]), Map.of(), 3, (short) 1, Duration.ofDays(7)),
                Map.of("max.batch.size", arguments[6], "max.queue.size", arguments[6] + "0")));
        capture.start();
        while (capture.failure().isEmpty()) {
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(100).toNanos());
        }
        System.exit(1);
    }
}
