package dev.idem.source;

import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one place that says what a fault of the source means.
 *
 * <p><i>Source:</i> PostgreSQL, "Error Codes".
 */
public final class SourceFault {

    private static final Set<String> SLOT_BUSY = Set.of("55006");
    private static final Set<String> UNFIT_CLASSES = Set.of("28", "42", "0A", "3D", "3F", "22");
    private static final Set<String> UNFIT = Set.of("55000", "53400");

    /** An internal error, damaged data, and a file that is not there, such as a segment of the WAL. */
    private static final String INTERNAL_CLASS = "XX";

    private static final String FILE_MISSING = "58P01";

    private SourceFault() {}

    /** Wraps a fault; one that is known keeps its kind. What nobody knows is tried again, visibly. */
    public static PipelineException of(String doing, Throwable fault) {
        Optional<PipelineException> known = chain(fault)
                .filter(PipelineException.class::isInstance)
                .map(PipelineException.class::cast)
                .findFirst();
        if (known.isPresent()) {
            return known.get();
        }
        Optional<SQLException> sql = chain(fault)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .reduce((outer, inner) -> inner);
        String reason = sql.map(Throwable::getMessage).orElseGet(() -> innermost(fault));
        ErrorKind kind = sql.map(SourceFault::kindOf).orElse(ErrorKind.SOURCE_UNREACHABLE);
        return new PipelineException(kind, doing + ": " + reason, fault);
    }

    /** The engine wraps what it meets; the cause says more than the wrapping. */
    private static String innermost(Throwable fault) {
        Throwable cause = chain(fault).reduce((outer, inner) -> inner).orElse(fault);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static ErrorKind kindOf(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (SLOT_BUSY.contains(state)) {
            return ErrorKind.SLOT_BUSY;
        }
        boolean unfit = UNFIT.contains(state) || state.length() == 5 && UNFIT_CLASSES.contains(state.substring(0, 2));
        boolean network = chain(e).anyMatch(IOException.class::isInstance);
        return unfit && !network ? ErrorKind.SOURCE_UNFIT : ErrorKind.SOURCE_UNREACHABLE;
    }

    /**
     * True where the server fails by itself, so that trying again helps only if it was by chance.
     *
     * <p>Each version of PostgreSQL had errors by which a slot's changes could not be decoded ("could not map
     * filenumber", "unexpected duplicate for tablespace"), and a slot may need a segment of the WAL that is gone.
     */
    public static boolean isOfTheServerItself(Throwable fault) {
        return chain(fault)
                .filter(SQLException.class::isInstance)
                .map(e -> String.valueOf(((SQLException) e).getSQLState()))
                .anyMatch(state -> state.startsWith(INTERNAL_CLASS) || state.equals(FILE_MISSING));
    }

    private static Stream<Throwable> chain(Throwable fault) {
        return Stream.iterate(fault, java.util.Objects::nonNull, Throwable::getCause)
                .limit(20);
    }
}
