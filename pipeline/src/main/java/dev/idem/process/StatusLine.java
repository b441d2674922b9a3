package dev.idem.process;

import dev.idem.apply.Sink;
import dev.idem.apply.TableCount;
import dev.idem.capture.CaptureStatus;
import dev.idem.change.Lsn;
import dev.idem.warehouse.Progress;
import java.util.Optional;

/** One line of the log about a pipeline: positions from the WAL's head to the warehouse, and what was done. */
final class StatusLine {

    private StatusLine() {}

    static String of(Pipeline pipeline) {
        StringBuilder line = new StringBuilder("pipeline");
        pipeline.captureStatus().ifPresent(status -> capture(line, status));
        pipeline.sink().ifPresent(sink -> sink(line, sink, pipeline));
        return line.toString();
    }

    private static void capture(StringBuilder line, CaptureStatus status) {
        Lsn published = status.publishedLsn().orElse(Lsn.ZERO);
        Lsn head = status.sourceLsn().orElse(published);
        line.append(" capture=").append(status.state());
        line.append(" head=").append(head).append(" published=").append(published);
        line.append(" behindBytes=").append(Math.max(0, head.bytesSince(published)));
        line.append(" transactions=")
                .append(status.transactions())
                .append(" events=")
                .append(status.events());
    }

    private static void sink(StringBuilder line, Sink sink, Pipeline pipeline) {
        TableCount all = pipeline.applied().all();
        line.append(" sink=").append(sink.state());
        Optional.ofNullable(sink.progress())
                .map(Progress::commitLsn)
                .ifPresent(lsn -> line.append(" applied=").append(lsn));
        line.append(" eventsRead=").append(all.events()).append(" rowsChanged=").append(all.changed());
    }
}
