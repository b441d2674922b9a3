package dev.idem.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.assemble.EncodedChange;
import dev.idem.change.Cut;
import dev.idem.change.CutCodec;
import dev.idem.change.Lsn;
import dev.idem.change.Topics;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.testing.TestKafka;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublisherIT {

    private static final Cut.SourceIdentity SOURCE = new Cut.SourceIdentity("7711", 1, "shop", "idem_shop");
    private static final Lsn FIRST = Lsn.parse("0/100");
    private static final Lsn SECOND = Lsn.parse("0/200");

    private final TestKafka kafka = TestKafka.start();

    @AfterAll
    void stopBroker() {
        kafka.close();
    }

    @Test
    @DisplayName("trap 18: what a capture holds that was overtaken never reaches the log")
    void overtaken_capture_publishes_nothing() {
        try (Publisher zombie = open("zombie")) {
            zombie.ensureTopics(List.of("zombie.s.t"));
            zombie.publish(batch(FIRST, "before"));
            try (Publisher successor = open("zombie")) {
                assertThat(successor.lastCut()).map(Cut::commitLsn).hasValue(FIRST);

                assertThatThrownBy(() -> zombie.publish(batch(SECOND, "from the grave")))
                        .isInstanceOfSatisfying(
                                PipelineException.class,
                                e -> assertThat(e.kind()).isEqualTo(ErrorKind.FENCED));

                Cut cut = successor.publish(batch(SECOND, "after"));
                assertThat(cut.number()).isEqualTo(2);
            }
        }
        try (Publisher reader = open("zombie")) {
            assertThat(reader.lastCut()).map(Cut::number).hasValue(2L);
        }
    }

    @Test
    void failed_batch_leaves_nothing_and_the_next_cut_says_so() {
        try (Publisher publisher = open("failed")) {
            publisher.ensureTopics(List.of("zombie.s.t"));
            LogBatch broken = new LogBatch(
                    Cut.Kind.STREAM,
                    1,
                    FIRST,
                    null,
                    1,
                    List.of(),
                    consumer -> {
                        consumer.accept(change("half"), FIRST, 1);
                        throw new IllegalStateException("spill file gone");
                    },
                    List.of());
            assertThatThrownBy(() -> publisher.publish(broken)).hasMessage("spill file gone");
        }
        try (Publisher publisher = open("failed")) {
            assertThat(publisher.lastCut()).isEmpty();
            assertThat(publisher.publish(batch(FIRST, "whole")).events()).isEqualTo(1);
        }
    }

    /** Found by a crash point: the abort that follows is refused by the producer, which hid that this can heal. */
    @ParameterizedTest
    @CsvSource({"beginTransaction, 0", "commitTransaction, 1"})
    void transaction_that_cannot_be_given_up_is_tried_again(String call, int cuts) {
        try (Publisher publisher = Publisher.open(timingOutBehind(call), new Topics(call), SOURCE)) {
            publisher.ensureTopics(List.of("zombie.s.t"));

            assertThatThrownBy(() -> publisher.publish(batch(FIRST, "whole")))
                    .isInstanceOfSatisfying(
                            PipelineException.class,
                            e -> assertThat(e.response()).isEqualTo(ErrorKind.Response.RETRY));
        }
        try (Publisher publisher = open(call)) {
            assertThat(publisher.lastCut().stream().count()).isEqualTo(cuts);
        }
    }

    /** Clients whose producer does this and then says that it took too long; a transaction is never begun so. */
    private LogClients timingOutBehind(String call) {
        LogClients clients = new KafkaLogClients(settings(), new Topics(call));
        return between(
                LogClients.class,
                clients,
                (method, real) -> method.equals("producer")
                        ? between(Producer.class, clients.producer(), (inner, done) -> timeOut(inner, call, done))
                        : real.call());
    }

    private static Object timeOut(String method, String failing, Callable<Object> real) throws Exception {
        if (!method.equals(failing)) {
            return real.call();
        }
        if (!failing.startsWith("begin")) {
            real.call();
        }
        throw new org.apache.kafka.common.errors.TimeoutException("in this test");
    }

    /** Decides about a call of a method. */
    private interface Between {
        Object call(String method, Callable<Object> real) throws Exception;
    }

    private static <T> T between(Class<T> type, T real, Between between) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> between.call(method.getName(), () -> {
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof Exception cause ? cause : e;
                    }
                })));
    }

    @Test
    @DisplayName("a cut whose commit's markers are still to be written is waited for, and seen")
    void undecided_cut_is_waited_for() throws Exception {
        Topics topics = new Topics("undecided");
        try (Publisher first = open("undecided")) {
            first.ensureTopics(List.of("zombie.s.t"));
            first.publish(batch(FIRST, "decided"));
        }
        Cut undecided = new Cut(2, Cut.Kind.STREAM, 1, SECOND, null, 0, 0, Map.of(), SOURCE, List.of());
        try (KafkaProducer<byte[], byte[]> other = producer("of-another-id")) {
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>(topics.progress(), 0, null, new CutCodec().encode(undecided)))
                    .get();
            CompletableFuture<Publisher> opening = CompletableFuture.supplyAsync(() -> open("undecided"));
            assertThatThrownBy(() -> opening.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

            other.commitTransaction();

            try (Publisher successor = opening.get(30, TimeUnit.SECONDS)) {
                assertThat(successor.lastCut()).map(Cut::number).hasValue(2L);
                assertThat(successor.publish(batch(Lsn.parse("0/300"), "next")).number())
                        .isEqualTo(3);
            }
        }
    }

    private KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> options =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", transactionalId);
        return new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Publisher open(String pipeline) {
        return Publisher.open(settings(), new Topics(pipeline), SOURCE);
    }

    private LogSettings settings() {
        return new LogSettings(
                Map.of("bootstrap.servers", kafka.bootstrapServers()), Map.of(), 1, (short) 1, Duration.ofDays(1));
    }

    private static LogBatch batch(Lsn lsn, String value) {
        return new LogBatch(
                Cut.Kind.STREAM,
                1,
                lsn,
                null,
                1,
                List.of(),
                consumer -> consumer.accept(change(value), lsn, 1),
                List.of());
    }

    private static EncodedChange change(String value) {
        return new EncodedChange("zombie.s.t", null, value.getBytes(StandardCharsets.UTF_8), 1, null, false);
    }
}
