package dev.idem.consume;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How every consumer of this room is made: positions set by us, never by a consumer group.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param settings Kafka's consumer settings of the user, {@code bootstrap.servers} among them
 */
public record ConsumerProperties(Map<String, Object> settings) implements ConsumerFactory {

    private static final int POLL_RECORDS = 4_000;
    private static final int LOOK_WAIT_MS = 20;

    /** Copies the settings. */
    public ConsumerProperties {
        settings = Map.copyOf(settings);
    }

    /** For single looks at scattered places: a fetch that was sent ahead must not wait for what is still to come. */
    public ConsumerProperties forLooks() {
        Map<String, Object> looks = new HashMap<>(settings);
        looks.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, LOOK_WAIT_MS);
        return new ConsumerProperties(looks);
    }

    @Override
    public Consumer<byte[], byte[]> newConsumer(String clientId, IsolationLevel isolation) {
        Map<String, Object> effective = new HashMap<>();
        effective.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
        effective.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
        effective.putAll(settings);
        effective.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        effective.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString().toLowerCase(Locale.ROOT));
        effective.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        effective.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        effective.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(effective, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Runs a call of the client and gives its failures their kind.
     *
     * @throws ReadInterruptedException where the client was woken up
     * @throws PipelineException {@link ErrorKind#LOG_UNREACHABLE} for what can pass, else {@link ErrorKind#LOG_UNFIT}
     */
    static <T> T call(String what, Supplier<T> action) {
        try {
            return action.get();
        } catch (WakeupException | InterruptException e) {
            throw new ReadInterruptedException(e);
        } catch (RetriableException e) {
            throw new PipelineException(
                    ErrorKind.LOG_UNREACHABLE, what + ": Kafka does not answer (" + e.getMessage() + ")", e);
        } catch (KafkaException e) {
            throw new PipelineException(ErrorKind.LOG_UNFIT, what + ": Kafka refuses (" + e.getMessage() + ")", e);
        }
    }
}
