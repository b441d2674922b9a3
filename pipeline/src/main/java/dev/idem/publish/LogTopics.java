package dev.idem.publish;

import dev.idem.change.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are missing and checks those that are there.
 *
 * <p>An existing topic is never changed: what does not fit is named.
 *
 * <p><i>Threads:</i> one thread.
 */
final class LogTopics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogTopics.class);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration PROGRESS_RETENTION = Duration.ofDays(30);
    private static final int MOST_TOPICS = 100;

    private final Admin admin;
    private final LogSettings settings;
    private final Topics topics;
    private final Set<String> known = new HashSet<>();

    LogTopics(LogSettings settings, Topics topics) {
        this.settings = settings;
        this.topics = topics;
        this.admin = Admin.create(new HashMap<String, Object>(settings.client()));
    }

    /**
     * Makes sure that the progress and the schema topic exist.
     *
     * @throws dev.idem.error.PipelineException of kind LOG_UNFIT where the log has cuts and its definitions were
     *     deleted
     */
    void ensureControl() {
        requireDefinitions();
        ensure(List.of(progress(), schema()));
    }

    /** Definitions would be numbered anew, and events that the log still holds would be read by the wrong ones. */
    private void requireDefinitions() {
        call("looking for the topics", () -> {
            Set<String> existing = admin.listTopics().names().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
            if (existing.contains(topics.progress()) && !existing.contains(topics.schema()) && hasCuts()) {
                throw new dev.idem.error.PipelineException(
                        dev.idem.error.ErrorKind.LOG_UNFIT,
                        "topic " + topics.schema() + " is missing, and " + topics.progress()
                                + " has cuts (expected: both, since events cannot be read without their definitions)."
                                + " Remedy: start again from a snapshot, everything anew, see docs/operations.md");
            }
        });
    }

    private boolean hasCuts() throws InterruptedException, ExecutionException, TimeoutException {
        TopicPartition partition = new TopicPartition(topics.progress(), 0);
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition)
                        .get(WAIT.toMillis(), TimeUnit.MILLISECONDS)
                        .offset()
                > 0;
    }

    /** Makes sure that the topics of these tables exist. */
    void ensureTables(Collection<String> tableTopics) {
        List<NewTopic> wanted = tableTopics.stream().map(this::table).toList();
        ensure(wanted);
    }

    private NewTopic progress() {
        Duration kept =
                settings.retention().isNegative() || settings.retention().compareTo(PROGRESS_RETENTION) > 0
                        ? settings.retention()
                        : PROGRESS_RETENTION;
        return topic(topics.progress(), 1, Map.of(TopicConfig.RETENTION_MS_CONFIG, millis(kept)));
    }

    private NewTopic schema() {
        return topic(topics.schema(), 1, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    }

    private NewTopic table(String name) {
        return topic(
                name, settings.partitions(), Map.of(TopicConfig.RETENTION_MS_CONFIG, millis(settings.retention())));
    }

    private NewTopic topic(String name, int partitions, Map<String, String> options) {
        Map<String, String> all = new HashMap<>(options);
        all.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(settings.limit().topicRecordBytes()));
        Optional<Short> replication =
                settings.replicationFactor() < 0 ? Optional.empty() : Optional.of(settings.replicationFactor());
        return new NewTopic(name, Optional.of(partitions), replication).configs(all);
    }

    private static String millis(Duration retention) {
        return Long.toString(retention.isNegative() ? -1 : retention.toMillis());
    }

    private void ensure(Collection<NewTopic> wanted) {
        List<NewTopic> unknown =
                wanted.stream().filter(topic -> !known.contains(topic.name())).toList();
        if (unknown.isEmpty()) {
            return;
        }
        call("making the topics", () -> {
            Set<String> existing = admin.listTopics().names().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
            List<NewTopic> missing = unknown.stream()
                    .filter(topic -> !existing.contains(topic.name()))
                    .toList();
            for (List<NewTopic> some : parts(missing)) {
                create(some);
            }
            for (List<NewTopic> some : parts(unknown.stream()
                    .filter(topic -> existing.contains(topic.name()))
                    .toList())) {
                check(some);
            }
            unknown.forEach(topic -> known.add(topic.name()));
        });
    }

    /** What asks the brokers. */
    @FunctionalInterface
    private interface Request {
        void run() throws InterruptedException, ExecutionException, TimeoutException;
    }

    private void call(String doing, Request request) {
        try {
            request.run();
        } catch (ExecutionException | TimeoutException e) {
            throw KafkaFault.of(
                    doing + " at " + settings.bootstrapServers(),
                    e instanceof TimeoutException
                            ? new org.apache.kafka.common.errors.TimeoutException("no answer within " + WAIT)
                            : e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFault.of(doing, new org.apache.kafka.common.errors.InterruptException(e));
        }
    }

    /** A broker has to answer for all topics of a request in time. */
    private static List<List<NewTopic>> parts(List<NewTopic> topics) {
        List<List<NewTopic>> parts = new ArrayList<>();
        for (int from = 0; from < topics.size(); from += MOST_TOPICS) {
            parts.add(topics.subList(from, Math.min(topics.size(), from + MOST_TOPICS)));
        }
        return parts;
    }

    private void create(List<NewTopic> missing) throws InterruptedException, ExecutionException, TimeoutException {
        try {
            admin.createTopics(missing).all().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        LOG.info(
                "made topics names={}",
                new TreeSet<>(missing.stream().map(NewTopic::name).toList()));
    }

    private void check(List<NewTopic> existing) throws InterruptedException, ExecutionException, TimeoutException {
        List<String> names = existing.stream().map(NewTopic::name).toList();
        Map<String, TopicDescription> descriptions =
                admin.describeTopics(names).allTopicNames().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        TopicDescription progress = descriptions.get(topics.progress());
        if (progress != null && progress.partitions().size() != 1) {
            throw new dev.idem.error.PipelineException(
                    dev.idem.error.ErrorKind.LOG_UNFIT,
                    "topic " + topics.progress() + ": " + progress.partitions().size()
                            + " partitions (expected: 1, since its records have an order)");
        }
        List<ConfigResource> resources = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        Map<ConfigResource, Config> configs =
                admin.describeConfigs(resources).all().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
        configs.forEach((resource, config) -> warnIfCompacted(resource.name(), config));
    }

    private void warnIfCompacted(String name, Config config) {
        String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        boolean compacted = policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT);
        if (compacted && !name.equals(topics.schema())) {
            LOG.warn(
                    "topic is compacted, so a replay cannot bring every event: topic={} cleanup.policy={} expected={}",
                    name,
                    policy,
                    TopicConfig.CLEANUP_POLICY_DELETE);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
