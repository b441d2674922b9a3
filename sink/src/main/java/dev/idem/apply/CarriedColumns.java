package dev.idem.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.reduce.KeyState;
import dev.idem.sql.TargetTable;
import java.util.BitSet;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The column {@code _idem_carried}: which older change carried a column, for the columns that the row's newest change
 * did not carry.
 *
 * <p><i>Threads:</i> immutable.
 */
final class CarriedColumns {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TargetTable table;
    private final BitSet keyColumns = new BitSet();

    CarriedColumns(TargetTable table) {
        this.table = table;
        for (int i = 0; i < table.columns().size(); i++) {
            keyColumns.set(i, table.key().contains(table.columns().get(i)));
        }
    }

    /** The carriers of all columns that the newest change did not carry; null where it carried all. */
    @Nullable
    String json(KeyState state) {
        ObjectNode node = JSON.createObjectNode();
        for (int i = 0; i < state.columns(); i++) {
            Version carrier = state.carrier(i);
            if (!keyColumns.get(i) && (carrier == null || !carrier.equals(state.rowVersion()))) {
                node.put(table.columns().get(i).name(), carrier == null ? "" : text(carrier));
            }
        }
        return write(node);
    }

    /** As if the change {@code version} stood alone: what it did not carry, nothing did; null where it carried all. */
    @Nullable
    String jsonOf(KeyState state, Version version) {
        ObjectNode node = JSON.createObjectNode();
        for (int i = 0; i < state.columns(); i++) {
            if (!keyColumns.get(i) && !version.equals(state.carrier(i))) {
                node.put(table.columns().get(i).name(), "");
            }
        }
        return write(node);
    }

    /** The oldest change that the row has columns of, or its newest where it has none of any. */
    Version oldest(KeyState state) {
        Version oldest = Objects.requireNonNull(state.rowVersion());
        for (int i = 0; i < state.columns(); i++) {
            Version carrier = state.carrier(i);
            if (!keyColumns.get(i) && carrier != null && carrier.isBefore(oldest)) {
                oldest = carrier;
            }
        }
        return oldest;
    }

    /** As {@code idem.version_text} of the control schema writes it: sorts as the version does. */
    private static String text(Version version) {
        return String.format(
                Locale.ROOT,
                "%08x.%08X%08X.%016x",
                version.epoch(),
                version.lsn().value() >>> Integer.SIZE,
                version.lsn().value() & 0xFFFFFFFFL,
                version.ordinal());
    }

    private static @Nullable String write(ObjectNode node) {
        if (node.isEmpty()) {
            return null;
        }
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new PipelineException(ErrorKind.INVARIANT, "_idem_carried: not writable", e);
        }
    }
}
