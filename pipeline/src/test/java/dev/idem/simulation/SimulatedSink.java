package dev.idem.simulation;

import dev.idem.apply.ApplyLoop;
import dev.idem.apply.ApplyLoops;
import dev.idem.apply.ApplySettings;
import dev.idem.apply.OnTableFailure;
import dev.idem.apply.ReplayWriter;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.target.TargetSettings;
import dev.idem.warehouse.Warehouse;
import dev.idem.warehouse.WarehouseSettings;
import dev.idem.warehouse.WriterClaim;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sink process: the product's duty cycle and all beneath it, opened again after what heals by itself.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SimulatedSink {

    private final World world;
    private final Warehouse warehouse;
    private final ApplySettings settings;
    private WriterClaim claim = WriterClaim.starting();
    private @Nullable ApplyLoop loop;
    private long generation;

    SimulatedSink(World world) {
        this.world = world;
        this.warehouse = new Warehouse(new WarehouseSettings(world.warehouse().url(), Map.of()), "idem-sim");
        this.settings = new ApplySettings(
                1 + world.random().nextInt(8),
                1 << 20,
                1 + world.random().nextInt(4),
                OnTableFailure.STOP,
                TargetSettings.defaults(),
                Optional.of(Duration.ZERO));
    }

    long generation() {
        return generation;
    }

    /**
     * One duty cycle; how many cuts were applied.
     *
     * @throws PipelineException {@link ErrorKind#FENCED} where it is no longer the writer, or what no fault explains
     */
    int runOnce() {
        if (!world.log().hasTopic(world.topics().progress())) {
            return 0;
        }
        try {
            return opened().runOnce(Duration.ZERO);
        } catch (PipelineException e) {
            close();
            if (e.response() != ErrorKind.Response.RETRY) {
                throw e;
            }
            return 0;
        }
    }

    /** A second writer, as a replay is one. */
    static ReplayWriter replayWriter(World world) {
        return ReplayWriter.open(
                new Warehouse(new WarehouseSettings(world.warehouse().url(), Map.of()), "idem-replay"),
                world.topics().pipeline(),
                ApplySettings.defaults());
    }

    /** Begins to read everything anew, where the log still holds everything. */
    void replay() {
        if (world.log().hasTopic(world.topics().progress()) && world.log().isWhole()) {
            opened().rewindToBeginning();
        }
    }

    private ApplyLoop opened() {
        ApplyLoop open = loop;
        if (open == null) {
            open = ApplyLoops.open(warehouse, world.consumers(), world.topics(), settings, claim);
            claim = claim.goingOn();
            generation = open.progress().generation();
            loop = open;
        }
        return open;
    }

    private void close() {
        ApplyLoop open = loop;
        loop = null;
        if (open != null) {
            try {
                open.close();
            } catch (PipelineException e) {
                // the session is broken already
            }
        }
    }
}
