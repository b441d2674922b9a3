package dev.idem.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * The figures of this process's Kafka clients that tell most, taken from where the clients show them by themselves:
 * JMX.
 *
 * <p><i>Threads:</i> one thread at a time.
 *
 * <p><i>Source:</i> Kafka, "Monitoring": producer and consumer metrics.
 */
final class KafkaClientMetrics {

    private static final Map<String, List<String>> CHOSEN = Map.of(
            "kafka.producer:type=producer-metrics,client-id=*",
            List.of(
                    "record-send-total",
                    "record-error-total",
                    "record-retry-total",
                    "byte-total",
                    "request-latency-avg",
                    "record-queue-time-avg",
                    "buffer-available-bytes",
                    "txn-commit-time-ns-total"),
            "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*",
            List.of("records-consumed-total", "bytes-consumed-total", "fetch-latency-avg", "records-lag-max"),
            "kafka.consumer:type=consumer-metrics,client-id=*",
            List.of("connection-count", "request-latency-avg"));

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final MeterRegistry registry;
    private final Map<String, MultiGauge> gauges = new HashMap<>();

    KafkaClientMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Looks at all clients that there are now. */
    synchronized void refresh() {
        Map<String, List<Row<?>>> rows = new HashMap<>();
        CHOSEN.forEach((pattern, attributes) -> beans.queryNames(name(pattern), null)
                .forEach(bean -> attributes.forEach(attribute -> add(rows, bean, attribute))));
        gauges.keySet().forEach(known -> rows.putIfAbsent(known, List.of()));
        rows.forEach((metric, values) -> gauges.computeIfAbsent(
                        metric, name -> MultiGauge.builder(name).register(registry))
                .register(values, true));
    }

    private void add(Map<String, List<Row<?>>> rows, ObjectName bean, String attribute) {
        Object value = value(bean, attribute);
        if (value instanceof Number number) {
            // A gauge that ends in "total" would be taken for a counter.
            String metric =
                    bean.getDomain() + '.' + attribute.replace("-total", "").replace('-', '.');
            rows.computeIfAbsent(metric, name -> new ArrayList<>())
                    .add(Row.of(Tags.of("client.id", bean.getKeyProperty("client-id")), number.doubleValue()));
        }
    }

    /** A client may be closed between the two looks. */
    private @Nullable Object value(ObjectName bean, String attribute) {
        try {
            return beans.getAttribute(bean, attribute);
        } catch (JMException e) {
            return null;
        }
    }

    private static ObjectName name(String pattern) {
        try {
            return new ObjectName(pattern);
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(pattern, e);
        }
    }
}
