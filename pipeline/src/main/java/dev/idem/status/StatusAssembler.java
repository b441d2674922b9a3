package dev.idem.status;

import dev.idem.apply.TableCount;
import dev.idem.change.Lsn;
import dev.idem.control.TableStates.TableState;
import dev.idem.control.VerificationRecord;
import dev.idem.control.WarehouseView;
import dev.idem.source.SourceView;
import dev.idem.status.PipelineStatus.DeadLetters;
import dev.idem.status.PipelineStatus.Lag;
import dev.idem.status.PipelineStatus.LastVerification;
import dev.idem.status.PipelineStatus.Position;
import dev.idem.status.PipelineStatus.Stage;
import dev.idem.status.PipelineStatus.TableStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a status of what was read, and remembers where the head of the WAL was.
 *
 * <p><i>Threads:</i> one thread.
 */
public final class StatusAssembler {

    private final WalClock clock = new WalClock();
    private final SlotGuard guard;
    private final StatusWarnings warnings;

    /** Warns of the slot by that guard. */
    public StatusAssembler(SlotGuard guard) {
        this.guard = guard;
        this.warnings = new StatusWarnings(guard);
    }

    /** The status of that moment. */
    public PipelineStatus assemble(StatusInput input) {
        int epoch = epoch(input);
        input.source().ifPresent(source -> clock.head(source.walHead(), epoch, input.at()));
        List<Position> positions = positions(input, epoch);
        Optional<WarehouseView.Position> applied = input.warehouse().flatMap(WarehouseView.Reading::position);
        Optional<Position> end =
                positions.stream().filter(one -> one.stage() == Stage.APPLIED).findFirst();
        return new PipelineStatus(
                input.name(),
                input.at(),
                input.origin(),
                input.capture(),
                input.sink(),
                positions,
                new Lag(
                        end.flatMap(Position::behindBytes),
                        end.flatMap(Position::behind),
                        applied.flatMap(WarehouseView.Position::commitTime)),
                input.source().flatMap(SourceView.Reading::slot).map(guard::health),
                tables(input),
                input.warehouse()
                        .map(warehouse -> new DeadLetters(warehouse.deadLetters(), warehouse.lastDeadLetter()))
                        .orElseGet(() -> new DeadLetters(0, Optional.empty())),
                input.throughput(),
                applied.map(WarehouseView.Position::isConsistent).orElse(false),
                warnings.of(input));
    }

    /** The source tells no epoch: it is that of the log's end, or where the log was not asked, the warehouse's. */
    private static int epoch(StatusInput input) {
        return input.published()
                .map(StatusInput.Published::epoch)
                .or(() -> input.warehouse()
                        .flatMap(WarehouseView.Reading::position)
                        .map(WarehouseView.Position::epoch))
                .orElse(0);
    }

    private List<Position> positions(StatusInput input, int epoch) {
        List<Position> positions = new ArrayList<>();
        input.source().ifPresent(source -> {
            positions.add(position(Stage.HEAD, source.walHead(), Optional.empty(), input));
            source.sent().ifPresent(lsn -> positions.add(position(Stage.CAPTURED, lsn, Optional.empty(), input)));
        });
        input.published()
                .filter(published -> !published.lsn().equals(Lsn.ZERO))
                .ifPresent(published ->
                        positions.add(position(Stage.PUBLISHED, published.lsn(), published.commitTime(), input)));
        input.warehouse()
                .flatMap(WarehouseView.Reading::position)
                .filter(applied -> !applied.commitLsn().equals(Lsn.ZERO))
                .ifPresent(applied -> positions.add(
                        applied.epoch() == epoch
                                ? position(Stage.APPLIED, applied.commitLsn(), applied.commitTime(), input)
                                : ofFormerEpoch(applied)));
        input.source()
                .flatMap(SourceView.Reading::slot)
                .flatMap(SourceView.Slot::confirmedFlush)
                .ifPresent(lsn -> positions.add(position(Stage.CONFIRMED, lsn, Optional.empty(), input)));
        return positions;
    }

    private static Position ofFormerEpoch(WarehouseView.Position applied) {
        return new Position(Stage.APPLIED, applied.commitLsn(), Optional.empty(), Optional.empty());
    }

    private Position position(Stage stage, Lsn lsn, Optional<Instant> commitTime, StatusInput input) {
        Optional<Lsn> head = input.source().map(SourceView.Reading::walHead);
        return new Position(
                stage,
                lsn,
                head.map(at -> Math.max(0, at.bytesSince(lsn))),
                head.flatMap(at -> clock.since(lsn, input.at()).or(() -> unwatched(commitTime, input))));
    }

    /**
     * The head left the position before this process watched it: so long ago at least, and where a transaction was
     * committed there, as long ago as that was. A command that looks once knows nothing.
     */
    private Optional<Duration> unwatched(Optional<Instant> commitTime, StatusInput input) {
        if (input.origin() == PipelineStatus.Origin.SERVERS) {
            return Optional.empty();
        }
        Duration least = clock.watched(input.at());
        return Optional.of(commitTime
                .map(time -> Duration.between(time, input.at()))
                .filter(age -> age.compareTo(least) > 0)
                .orElse(least));
    }

    private static List<TableStatus> tables(StatusInput input) {
        List<TableStatus> tables = new ArrayList<>();
        input.warehouse()
                .ifPresent(
                        warehouse -> warehouse.tables().forEach(table -> tables.add(table(table, warehouse, input))));
        return tables;
    }

    private static TableStatus table(TableState state, WarehouseView.Reading warehouse, StatusInput input) {
        TableCount count = input.counts().getOrDefault(state.table(), TableCount.NONE);
        boolean isPaused = warehouse.pausedTables().contains(state.table());
        return new TableStatus(
                state.table(),
                isPaused ? "paused" : state.state(),
                state.parked().map(parked -> parked.reason()),
                state.parked().map(parked -> parked.since()),
                count.events(),
                count.written(),
                count.deleted(),
                Optional.ofNullable(warehouse.tombstones().get(state.table())),
                Optional.ofNullable(warehouse.verifications().get(state.table()))
                        .map(StatusAssembler::verification));
    }

    private static LastVerification verification(VerificationRecord last) {
        return new LastVerification(
                last.result().text(),
                last.finishedAt(),
                last.rows(),
                last.found().differences(),
                last.repaired());
    }
}
