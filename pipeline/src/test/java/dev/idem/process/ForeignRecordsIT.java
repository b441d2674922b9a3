package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.idem.change.RecordHeaders;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Records that another hand writes into the topics harm nothing: each is a dead letter once, and their neighbours
 * arrive.
 */
class ForeignRecordsIT extends ServersPerClass {

    private static final long SEED = Long.getLong("idem.seed", System.nanoTime());
    private static final int OF_EACH_KIND = 200;
    private static final String VERSION = "1/FFFFFFFF/FFFFFF00/1";
    private static final String ROW = "{\"op\":\"c\",\"before\":null,\"after\":{\"id\":7,\"body\":\"x\",\"ok\":true}}";

    /** A way in which a record is none of ours. */
    private record Kind(
            @Nullable String version,
            @Nullable String schema,
            @Nullable String key,
            String value,
            @Nullable String movedFrom) {

        static Kind of(@Nullable String version, @Nullable String schema, String value) {
            return new Kind(version, schema, "{\"id\":7}", value, null);
        }
    }

    private static List<Kind> kinds(Random random) {
        byte[] bytes = new byte[300];
        random.nextBytes(bytes);
        String noise = new String(bytes, StandardCharsets.ISO_8859_1);
        return List.of(
                Kind.of(null, null, ROW),
                Kind.of(null, "1", ROW),
                Kind.of("", "1", ROW),
                Kind.of("1", "1", ROW),
                Kind.of("1/0/0/x", "1", ROW),
                Kind.of("-1/0/0/1", "1", ROW),
                Kind.of("99999999999/0/0/1", "1", ROW),
                Kind.of("1/0/1FFFFFFFFF/1", "1", ROW),
                Kind.of(VERSION, null, ROW),
                Kind.of(VERSION, "one", ROW),
                Kind.of(VERSION, "4711", ROW),
                Kind.of(VERSION, "-1", ROW),
                Kind.of(VERSION, "1", ""),
                Kind.of(VERSION, "1", "{"),
                Kind.of(VERSION, "1", "null"),
                Kind.of(VERSION, "1", "[]"),
                Kind.of(VERSION, "1", "\"text\""),
                Kind.of(VERSION, "1", ROW + ROW),
                Kind.of(VERSION, "1", ROW.replace("\"op\":\"c\",", "")),
                Kind.of(VERSION, "1", ROW.replace("\"c\"", "\"q\"")),
                Kind.of(VERSION, "1", ROW.replace("\"c\"", "\"create\"")),
                Kind.of(VERSION, "1", ROW.replace("\"c\"", "3")),
                Kind.of(VERSION, "1", ROW.replace("{\"id\"", "[{\"id\"").replace("true}", "true}]")),
                Kind.of(VERSION, "1", ROW.replace("\"id\":7", "\"id\":\"seven\"")),
                Kind.of(VERSION, "1", ROW.replace("\"id\":7", "\"id\":7.5")),
                Kind.of(VERSION, "1", ROW.replace("\"id\":7,", "")),
                Kind.of(VERSION, "1", ROW.replace("\"id\":7", "\"id\":null")),
                Kind.of(VERSION, "1", ROW.replace("\"body\"", "\"nobody\"")),
                Kind.of(VERSION, "1", ROW.replace("\"x\"", "{\"a\":1}")),
                Kind.of(VERSION, "1", ROW.replace("true", "\"yes\"")),
                Kind.of(VERSION, "1", ROW.replace("\"after\"", "\"behind\"")),
                new Kind(VERSION, "1", null, "{\"op\":\"d\"}", null),
                new Kind(VERSION, "1", "{}", "{\"op\":\"d\"}", null),
                new Kind(VERSION, "1", "{\"id\":7}", ROW, "{\"id\":"),
                new Kind(VERSION, "1", "{\"id\":7}", noise, null),
                new Kind(null, null, null, noise, null));
    }

    @Test
    @DisplayName("malformed records of more than 25 kinds, among the capture's own and between the cuts")
    void each_is_set_aside_once_and_its_neighbours_arrive() throws Exception {
        Random random = new Random(SEED);
        try (PipelineFixture pipeline = new PipelineFixture(servers)) {
            pipeline.source("create table notes (id int primary key, body text, ok boolean)");
            pipeline.start();
            pipeline.source("insert into notes select g, 'row ' || g, true from generate_series(1, 50) g");
            pipeline.catchUp();

            Set<String> sent = send(pipeline, random);
            pipeline.source("insert into notes select g, 'row ' || g, true from generate_series(1001, 1200) g");
            pipeline.catchUp();

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> pipeline.warehouseValue("select count(*) from idem.dead_letter")
                            .equals(String.valueOf(sent.size())));
            assertThat(new TreeSet<>(pipeline.warehouseValues(
                            "select topic || '-' || partition || '@' || log_offset from idem.dead_letter")))
                    .as("places set aside, seed " + SEED)
                    .isEqualTo(sent);
            assertThat(pipeline.replayAll()).isZero();
            assertThat(pipeline.warehouseValue("select count(*) from idem.dead_letter"))
                    .isEqualTo(String.valueOf(sent.size()));
            pipeline.assertEqual("notes");
        }
    }

    /** Sends the records in random order while the source goes on writing; where they stand. */
    private static Set<String> send(PipelineFixture pipeline, Random random)
            throws SQLException, InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        String topic = pipeline.name() + ".public.notes";
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", pipeline.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int round = 0; round < OF_EACH_KIND; round++) {
                List<Kind> kinds = new ArrayList<>(kinds(random));
                Collections.shuffle(kinds, random);
                kinds.forEach(kind -> sent.add(producer.send(record(topic, random.nextInt(3), kind))));
                if (round % 20 == 0) {
                    pipeline.source("insert into notes values (" + (100 + round) + ", 'among them', true)");
                }
            }
        }
        Set<String> places = new TreeSet<>();
        for (Future<RecordMetadata> record : sent) {
            places.add(
                    topic + '-' + record.get().partition() + '@' + record.get().offset());
        }
        return places;
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int partition, Kind kind) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, partition, bytes(kind.key()), bytes(kind.value()));
        header(record, RecordHeaders.VERSION, kind.version());
        header(record, RecordHeaders.SCHEMA, kind.schema());
        header(record, RecordHeaders.MOVED_FROM, kind.movedFrom());
        return record;
    }

    private static void header(ProducerRecord<byte[], byte[]> record, String name, @Nullable String value) {
        if (value != null) {
            record.headers().add(name, bytes(value));
        }
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
