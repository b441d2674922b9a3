package dev.idem.verify;

import dev.idem.error.ErrorKind;
import java.util.Locale;

/** One of the two databases. */
enum Side {
    SOURCE(ErrorKind.SOURCE_UNREACHABLE, ErrorKind.SOURCE_UNFIT),
    WAREHOUSE(ErrorKind.WAREHOUSE_UNREACHABLE, ErrorKind.WAREHOUSE_UNFIT);

    private final ErrorKind unreachable;
    private final ErrorKind unfit;

    Side(ErrorKind unreachable, ErrorKind unfit) {
        this.unreachable = unreachable;
        this.unfit = unfit;
    }

    /** What a failure with this SQLSTATE means: a lost connection ends the comparison, all else ends one table's. */
    ErrorKind kindOf(String state) {
        return state.startsWith("08") || state.startsWith("57P") || state.equals("null") ? unreachable : unfit;
    }

    boolean isLost(ErrorKind kind) {
        return kind == unreachable;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
