package dev.idem.status;

import dev.idem.control.VerificationRecord;
import dev.idem.control.WarehouseView;
import dev.idem.source.SourceView;
import dev.idem.status.PipelineStatus.Level;
import dev.idem.status.PipelineStatus.Part;
import dev.idem.status.PipelineStatus.Warning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of a reading a person should look at. Pure.
 *
 * <p><i>Threads:</i> immutable.
 */
final class StatusWarnings {

    private static final Set<String> TROUBLED = Set.of("WAITING", "RETRYING");
    private static final String OPERATIONS = "see docs/operations.md";

    private final SlotGuard guard;

    StatusWarnings(SlotGuard guard) {
        this.guard = guard;
    }

    /** The warnings, the worst first. */
    List<Warning> of(StatusInput input) {
        List<Warning> warnings = new ArrayList<>();
        input.problems()
                .forEach((server, reason) -> warnings.add(new Warning(
                        Level.CRITICAL, server, server + " cannot be asked: " + reason, "make it reachable")));
        part("capture", input.capture()).ifPresent(warnings::add);
        part("sink", input.sink()).ifPresent(warnings::add);
        input.source().ifPresent(source -> slot(source, input).ifPresent(warnings::add));
        input.warehouse().ifPresent(warehouse -> warnings.addAll(ofWarehouse(warehouse)));
        warnings.sort(Comparator.comparing(Warning::level).reversed());
        return warnings;
    }

    private static Optional<Warning> part(String name, Optional<Part> part) {
        return part.flatMap(it -> {
            if (it.state().equals("FAILED")) {
                return Optional.of(new Warning(Level.CRITICAL, name, name + " stopped: " + it.detail(), OPERATIONS));
            }
            boolean standsBy = it.detail().contains("is in use by server process");
            return TROUBLED.contains(it.state()) && !standsBy
                    ? Optional.of(new Warning(
                            Level.WARNING, name, name + " waits: " + it.detail(), "it tries again by itself"))
                    : Optional.empty();
        });
    }

    private Optional<Warning> slot(SourceView.Reading source, StatusInput input) {
        boolean isExpected = input.published().isPresent();
        return source.slot().isEmpty() && isExpected
                ? Optional.of(new Warning(
                        Level.CRITICAL,
                        "slot",
                        "the replication slot does not exist: what the source commits now is not kept",
                        OPERATIONS))
                : source.slot().flatMap(guard::warning);
    }

    private static List<Warning> ofWarehouse(WarehouseView.Reading warehouse) {
        List<Warning> warnings = new ArrayList<>();
        if (warehouse.isPaused()) {
            warnings.add(new Warning(
                    Level.WARNING, "paused", "a person has paused the sink", "POST /api/v1/resume, or the page"));
        }
        long parked = warehouse.tables().stream()
                .filter(table -> table.parked().isPresent())
                .filter(table -> !warehouse.pausedTables().contains(table.table()))
                .count();
        if (parked > 0) {
            warnings.add(new Warning(
                    Level.WARNING,
                    "tables",
                    count(parked, "table") + " parked: the others go on without",
                    "mend what the reason names; ./idem resume tries at once"));
        }
        if (warehouse.deadLetters() > 0) {
            warnings.add(new Warning(
                    Level.WARNING,
                    "dead-letters",
                    count(warehouse.deadLetters(), "event") + " set aside: the warehouse differs from the source there",
                    "see idem.dead_letter and docs/operations.md"));
        }
        List<String> different = warehouse.verifications().values().stream()
                .filter(last -> last.result() == VerificationRecord.Result.DIFFERENT)
                .map(last -> last.table().toString())
                .toList();
        if (!different.isEmpty()) {
            warnings.add(new Warning(
                    Level.WARNING,
                    "verification",
                    count(different.size(), "table") + " not as the source has it: " + different,
                    "./idem verify --repair --tables " + String.join(",", different)));
        }
        return warnings;
    }

    private static String count(long count, String what) {
        return count + " " + what + (count == 1 ? " is" : "s are");
    }
}
