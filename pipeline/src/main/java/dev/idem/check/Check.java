package dev.idem.check;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.check.Finding.Outcome;
import dev.idem.check.Finding.Remedy;
import dev.idem.publish.LogSettings;
import dev.idem.source.SourceSettings;
import dev.idem.target.TableMapping;
import dev.idem.warehouse.WarehouseSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks at everything that must hold before a run.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Fails:</i> not where a server is down: that is a finding.
 */
public final class Check {

    private Check() {}

    /**
     * What is looked at.
     *
     * @param pipeline the pipeline's name
     * @param source empty where this process does not capture
     * @param log empty where the embedded broker is used, which fits by itself
     * @param warehouse empty where this process does not apply
     * @param names the names of tables in the warehouse
     */
    public record Subject(
            String pipeline,
            Optional<SourceSettings> source,
            Optional<LogSettings> log,
            Optional<WarehouseSettings> warehouse,
            TableMapping names) {}

    /** All findings: source, Kafka, warehouse. */
    public static List<Finding> run(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        Map<TableId, TableDefinition> tables = new TreeMap<>();
        Optional<String> identity = Optional.empty();
        if (subject.source().isPresent()) {
            SourceCheck.Found found = new SourceCheck(subject.source().get()).run();
            findings.addAll(found.findings());
            tables.putAll(found.definitions());
            identity = found.identity();
        }
        if (subject.log().isPresent()) {
            KafkaCheck kafka = new KafkaCheck(subject.pipeline(), subject.log().get());
            findings.addAll(subject.source().isPresent() ? kafka.forCapture(tables.keySet()) : kafka.forSink());
        } else {
            findings.add(new Finding(Outcome.OK, "kafka", "embedded: the run starts it", Remedy.NONE));
        }
        if (subject.warehouse().isPresent()) {
            findings.addAll(
                    new WarehouseCheck(subject.pipeline(), subject.warehouse().get(), subject.names())
                            .run(tables, identity));
        }
        return findings;
    }

    /** True where nothing stands against a run. */
    public static boolean isReady(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.outcome() == Outcome.FAILED);
    }
}
