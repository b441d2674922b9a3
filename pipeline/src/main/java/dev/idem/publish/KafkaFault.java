package dev.idem.publish;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/** The one place that says what a fault of Kafka means. */
final class KafkaFault {

    private KafkaFault() {}

    static PipelineException of(String doing, Throwable fault) {
        if (fault instanceof PipelineException known) {
            return known;
        }
        Throwable cause = fault instanceof ExecutionException && fault.getCause() != null ? fault.getCause() : fault;
        if (isFenced(cause) || isFenced(cause.getCause())) {
            return new PipelineException(
                    ErrorKind.FENCED,
                    doing + ": a younger capture with the same name has taken over (expected: one capture a name)",
                    cause);
        }
        return new PipelineException(kindOf(cause), doing + ": " + cause.getMessage(), cause);
    }

    private static boolean isFenced(@org.jspecify.annotations.Nullable Throwable fault) {
        return fault instanceof ProducerFencedException
                || fault instanceof InvalidProducerEpochException
                || fault instanceof FencedInstanceIdException;
    }

    private static ErrorKind kindOf(Throwable fault) {
        boolean passes = fault instanceof RetriableException
                || fault instanceof TransactionAbortableException
                || fault instanceof InterruptException
                || fault.getCause() instanceof RetriableException;
        return passes ? ErrorKind.LOG_UNREACHABLE : ErrorKind.LOG_UNFIT;
    }
}
