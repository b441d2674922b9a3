package dev.idem.reduce;

import dev.idem.change.ColumnValue;
import dev.idem.change.Row;
import dev.idem.change.Version;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a set of changes of one key comes to: the version of its last delete, the version of its row, and for each
 * column the value with the version of the change that carried it.
 *
 * <p>States form a join-semilattice: {@link #merge} is commutative, associative and idempotent, so the order, the
 * repetition and the batching of changes do not matter.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> M. Shapiro and others, "Conflict-free Replicated Data Types", 2011: a last-writer-wins register a
 * column below a last-writer-wins delete.
 */
public final class KeyState {

    /*
     * The columns need versions of their own because an update may leave out large unchanged values. Such an update is the
     * newest change of the row and yet not the newest carrier of the column. Were only the row's version kept, an older full
     * change that arrives later (a replay into a warehouse that lacks the row) would be refused although it alone
     * carries the column.
     *
     * Merging two states takes the maximum in every place: of the deletes, of the rows' versions, and column by column
     * of the carriers. Then all that lies below the delete is forgotten: a row whose version is lower does not exist,
     * and a column whose carrier is lower belonged to an earlier life of the key. Forgetting after the maximum keeps the
     * laws: what is forgotten is dominated by the delete, which itself is never forgotten.
     *
     * Most rows carry all columns in their newest change. For them `carriers` is null and costs nothing.
     */

    private final @Nullable Version deletedAt;
    private final @Nullable Version rowVersion;
    private final ColumnValue[] values;
    private final @Nullable Version @Nullable [] carriers;

    private KeyState(
            @Nullable Version deletedAt,
            @Nullable Version rowVersion,
            ColumnValue[] values,
            @Nullable Version @Nullable [] carriers) {
        this.deletedAt = deletedAt;
        this.rowVersion = rowVersion;
        this.values = values;
        this.carriers = carriers;
    }

    /** After an insert, an update or a snapshot's row alone. */
    public static KeyState upserted(Version version, Row row) {
        ColumnValue[] values = new ColumnValue[row.size()];
        boolean complete = true;
        for (int i = 0; i < values.length; i++) {
            values[i] = row.get(i);
            complete &= values[i].isCarried();
        }
        return new KeyState(null, version, values, complete ? null : carriersOf(values, version));
    }

    /** After a delete alone. */
    public static KeyState deleted(Version version) {
        return new KeyState(version, null, new ColumnValue[0], null);
    }

    private static @Nullable Version[] carriersOf(ColumnValue[] values, Version version) {
        @Nullable Version[] carriers = new Version[values.length];
        for (int i = 0; i < values.length; i++) {
            carriers[i] = values[i].isCarried() ? version : null;
        }
        return carriers;
    }

    /** The version of the last delete known; null where none is known. */
    public @Nullable Version deletedAt() {
        return deletedAt;
    }

    /** True where a row of the key exists. */
    public boolean isLive() {
        return rowVersion != null;
    }

    /** The version of the row's newest change; null where there is no row. */
    public @Nullable Version rowVersion() {
        return rowVersion;
    }

    /** True where the row's newest change carries every column. */
    public boolean isComplete() {
        return rowVersion != null && carriers == null;
    }

    /** True where the row's columns are all known, whichever changes carried them. */
    public boolean isWhole() {
        return rowVersion != null
                && (carriers == null || Arrays.stream(carriers).noneMatch(carrier -> carrier == null));
    }

    /** The value of a column of the row. */
    public ColumnValue value(int column) {
        return values[column];
    }

    /** The version of the change that carried the column; null where none did. */
    public @Nullable Version carrier(int column) {
        return carriers == null ? rowVersion : carriers[column];
    }

    /** How many columns the row has; 0 where there is no row. */
    public int columns() {
        return values.length;
    }

    /** What both sets of changes come to together. */
    public KeyState merge(KeyState other) {
        Version lastDelete = later(deletedAt, other.deletedAt);
        boolean thisIsNewer = isNewerThan(other);
        KeyState newer = thisIsNewer ? this : other;
        KeyState older = thisIsNewer ? other : this;
        if (newer.rowVersion == null || lastDelete != null && newer.rowVersion.isBefore(lastDelete)) {
            return new KeyState(lastDelete, null, new ColumnValue[0], null);
        }
        if (newer.isComplete() || older.rowVersion == null && !newer.hasCarrierBelow(lastDelete)) {
            return new KeyState(lastDelete, newer.rowVersion, newer.values, newer.carriers);
        }
        return mergeColumns(newer, older, lastDelete, lastDelete);
    }

    private boolean isNewerThan(KeyState other) {
        return rowVersion != null && (other.rowVersion == null || !rowVersion.isBefore(other.rowVersion));
    }

    private boolean hasCarrierBelow(@Nullable Version bound) {
        if (bound == null || carriers == null) {
            return false;
        }
        return Arrays.stream(carriers).anyMatch(carrier -> carrier != null && carrier.isBefore(bound));
    }

    /** The newer row with each column from its last carrier, where that is not below {@code bound}. */
    private static KeyState mergeColumns(
            KeyState newer, KeyState older, @Nullable Version bound, @Nullable Version lastDelete) {
        ColumnValue[] values = new ColumnValue[newer.values.length];
        @Nullable Version[] carriers = new Version[values.length];
        boolean complete = true;
        for (int i = 0; i < values.length; i++) {
            Version mine = newer.carrier(i);
            Version theirs = older.rowVersion == null ? null : older.carrier(i);
            boolean fromOlder = theirs != null && (mine == null || mine.isBefore(theirs));
            Version carrier = fromOlder ? theirs : mine;
            boolean carried = carrier != null && (bound == null || !carrier.isBefore(bound));
            ColumnValue value = fromOlder ? older.values[i] : newer.values[i];
            values[i] = carried ? value : ColumnValue.UNAVAILABLE;
            carriers[i] = carried ? carrier : null;
            complete &= carried && Objects.equals(carrier, newer.rowVersion);
        }
        return new KeyState(lastDelete, newer.rowVersion, values, complete ? null : carriers);
    }

    private static @Nullable Version later(@Nullable Version one, @Nullable Version other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? other : one;
    }

    /**
     * What is left of the state above a floor of the table (a truncate, or the end of a snapshot): what has a lower
     * version does not exist. Null where nothing is left to know.
     */
    public @Nullable KeyState above(Version floor) {
        Version delete = deletedAt == null || deletedAt.isBefore(floor) ? null : deletedAt;
        if (rowVersion == null || rowVersion.isBefore(floor)) {
            return delete == null ? null : deleted(delete);
        }
        KeyState row = new KeyState(delete, rowVersion, values, carriers);
        return hasCarrierBelow(floor) ? mergeColumns(row, row, floor, delete) : row;
    }

    /**
     * The row with a value that its newest change left out and that was found elsewhere, as if that change had carried
     * it.
     *
     * @param column a column that no change carried
     * @param value what it is as of {@code version}
     * @param version the change whose value it is; ignored where the column has a younger carrier
     */
    public KeyState filled(int column, ColumnValue value, Version version) {
        Version carrier = carrier(column);
        if (rowVersion == null || carriers == null || carrier != null && !carrier.isBefore(version)) {
            return this;
        }
        ColumnValue[] filledValues = values.clone();
        @Nullable Version[] filledCarriers = carriers.clone();
        filledValues[column] = value;
        filledCarriers[column] = version;
        boolean complete = Arrays.stream(filledCarriers).allMatch(rowVersion::equals);
        return new KeyState(deletedAt, rowVersion, filledValues, complete ? null : filledCarriers);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyState that
                && Objects.equals(deletedAt, that.deletedAt)
                && Objects.equals(rowVersion, that.rowVersion)
                && Arrays.equals(values, that.values)
                && Arrays.equals(carriers, that.carriers);
    }

    @Override
    public int hashCode() {
        return Objects.hash(deletedAt, rowVersion, Arrays.hashCode(values));
    }

    @Override
    public String toString() {
        return "KeyState[deletedAt=" + deletedAt + ", rowVersion=" + rowVersion + ", complete=" + isComplete() + ']';
    }
}
