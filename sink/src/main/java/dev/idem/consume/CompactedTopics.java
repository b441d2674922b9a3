package dev.idem.consume;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Finds topics that Kafka compacts: of such a one events are missing between others, and no offset tells.
 *
 * <p><i>Threads:</i> stateless.
 */
public final class CompactedTopics {

    private static final long ANSWER_TIMEOUT_SECONDS = 30;

    private CompactedTopics() {}

    /**
     * Those of the topics that are compacted; all of them must exist.
     *
     * @throws PipelineException of the log's kinds
     */
    public static Set<String> of(ConsumerProperties consumers, Collection<String> topics, String clientId) {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        try (Admin admin = Admin.create(properties(consumers, clientId))) {
            return admin
                    .describeConfigs(resources)
                    .all()
                    .get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .entrySet()
                    .stream()
                    .filter(topic -> topic.getValue()
                            .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                            .value()
                            .contains(TopicConfig.CLEANUP_POLICY_COMPACT))
                    .map(topic -> topic.getKey().name())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReadInterruptedException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new PipelineException(
                    ErrorKind.LOG_UNREACHABLE,
                    "asking whether topics are compacted: Kafka does not answer (" + e.getMessage() + ")",
                    e);
        }
    }

    private static Map<String, Object> properties(ConsumerProperties consumers, String clientId) {
        Map<String, Object> ofAdmin = new HashMap<>(consumers.settings());
        ofAdmin.keySet().retainAll(AdminClientConfig.configNames());
        ofAdmin.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        return ofAdmin;
    }
}
