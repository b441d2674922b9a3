package dev.idem.check;

import dev.idem.change.TableId;
import dev.idem.change.Topics;
import dev.idem.check.Finding.Remedy;
import dev.idem.publish.LogSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Looks whether Kafka can be the log: the brokers, transactions, and the topics that exist already.
 *
 * <p><i>Threads:</i> one thread.
 */
final class KafkaCheck {

    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final long KEPT_FOR_EVER = -1;

    private final Topics topics;
    private final LogSettings settings;
    private final Findings findings = new Findings("kafka");

    KafkaCheck(String pipeline, LogSettings settings) {
        this.topics = new Topics(pipeline);
        this.settings = settings;
    }

    /** What a sink needs: brokers, and topics that fit. */
    List<Finding> forSink() {
        return look(admin -> checkTopics(admin, List.of()));
    }

    /** What a capture needs: also transactions. */
    List<Finding> forCapture(Collection<TableId> tables) {
        return look(admin -> {
            checkTopics(admin, tables);
            checkTransactions();
        });
    }

    /** Asks the brokers. */
    @FunctionalInterface
    private interface Question {
        void ask(Admin admin) throws InterruptedException, ExecutionException, TimeoutException;
    }

    private List<Finding> look(Question question) {
        Map<String, Object> client = new HashMap<>(settings.client());
        client.put("default.api.timeout.ms", String.valueOf(WAIT.toMillis()));
        client.put("request.timeout.ms", String.valueOf(WAIT.toMillis()));
        try (Admin admin = Admin.create(client)) {
            checkCluster(admin);
            question.ask(admin);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            findings.fail(
                    "no use of Kafka at " + settings.bootstrapServers() + ": " + reason(e),
                    Remedy.act("start the brokers, or correct kafka.bootstrap.servers and the other kafka.* settings"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            findings.fail("interrupted", Remedy.NONE);
        }
        return findings.all();
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause.getMessage();
        return message == null ? "no answer within " + WAIT.toSeconds() + " s" : message;
    }

    private static <T> T await(KafkaFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void checkCluster(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        DescribeClusterResult cluster = admin.describeCluster();
        int brokers = await(cluster.nodes()).size();
        findings.ok(
                "reached " + settings.bootstrapServers() + ": " + brokers + (brokers == 1 ? " broker" : " brokers"));
        if (settings.replicationFactor() > brokers) {
            findings.fail(
                    "topic.replication-factor is " + settings.replicationFactor() + " (expected: at most the " + brokers
                            + " brokers)",
                    Remedy.act("lower topic.replication-factor, or add brokers"));
        }
    }

    private void checkTopics(Admin admin, Collection<TableId> tables)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> existing = new TreeSet<>(List.of(topics.progress(), topics.schema()));
        tables.forEach(table -> existing.add(topics.of(table)));
        existing.retainAll(await(admin.listTopics().names()));
        if (existing.isEmpty()) {
            findings.ok("no topic exists yet: the first run makes them");
            return;
        }
        Map<String, TopicDescription> descriptions =
                await(admin.describeTopics(existing).allTopicNames());
        TopicDescription progress = descriptions.get(topics.progress());
        if (progress != null && progress.partitions().size() != 1) {
            findings.fail(
                    "topic " + topics.progress() + " has "
                            + progress.partitions().size()
                            + " partitions (expected: 1, since its records have an order)",
                    Remedy.act("set idem.name to another name, or delete the topic if no run ever used it"));
        }
        List<ConfigResource> resources = existing.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        await(admin.describeConfigs(resources).all()).forEach((topic, config) -> checkTopic(topic.name(), config));
        findings.ok(existing.size() + " of our topics exist");
    }

    private void checkTopic(String name, Config config) {
        boolean isSchema = name.equals(topics.schema());
        boolean isCompacted =
                value(config, TopicConfig.CLEANUP_POLICY_CONFIG).contains(TopicConfig.CLEANUP_POLICY_COMPACT);
        if (isCompacted != isSchema) {
            String expected = isSchema ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE;
            findings.fail(
                    "topic " + name + " has cleanup.policy=" + value(config, TopicConfig.CLEANUP_POLICY_CONFIG)
                            + " (expected: " + expected + ", or events are lost)",
                    alter(name, TopicConfig.CLEANUP_POLICY_CONFIG, expected));
        }
        long keptMillis = Long.parseLong(value(config, TopicConfig.RETENTION_MS_CONFIG));
        long wantedMillis = settings.retention().isNegative()
                ? KEPT_FOR_EVER
                : settings.retention().toMillis();
        boolean isShort = keptMillis != KEPT_FOR_EVER && (wantedMillis == KEPT_FOR_EVER || keptMillis < wantedMillis);
        if (!isSchema && isShort) {
            findings.warn(
                    "topic " + name + " keeps events for " + Duration.ofMillis(keptMillis)
                            + ", less than topic.retention: a replay reaches back no further",
                    alter(name, TopicConfig.RETENTION_MS_CONFIG, String.valueOf(wantedMillis)));
        }
        long largestBytes = Long.parseLong(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
        int wantedBytes = settings.limit().recordBytes();
        if (largestBytes < wantedBytes) {
            findings.warn(
                    "topic " + name + " takes records of " + largestBytes
                            + " bytes at most, less than topic.max-event: a"
                            + " larger event stops the capture, whereas what is larger than topic.max-event is set aside",
                    alter(name, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(wantedBytes)));
        }
    }

    private static String value(Config config, String name) {
        return config.get(name).value();
    }

    private Remedy alter(String topic, String name, String value) {
        return Remedy.act("run kafka-configs.sh --bootstrap-server " + settings.bootstrapServers()
                + " --alter --entity-type topics --entity-name " + topic + " --add-config " + name + "=" + value);
    }

    /** Takes a transactional id of its own, so that no capture is fenced off. */
    private void checkTransactions() {
        Map<String, Object> options = new HashMap<>(settings.client());
        options.putAll(settings.producer());
        options.put("transactional.id", "idem-" + topics.pipeline() + "-check");
        options.put("max.block.ms", String.valueOf(WAIT.toMillis() * 2));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            findings.ok("transactions are possible");
        } catch (KafkaException e) {
            findings.fail(
                    "no transaction can be begun: " + reason(e),
                    Remedy.act("let the client write with transactional ids that begin with idem-"
                            + topics.pipeline() + "-, and keep transaction.state.log.replication.factor at or below"
                            + " the number of brokers"));
        }
    }
}
