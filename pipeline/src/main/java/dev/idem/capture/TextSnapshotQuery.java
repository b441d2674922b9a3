package dev.idem.capture;

import io.debezium.snapshot.spi.SnapshotQuery;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Selects every column of a snapshot as the text that its type's output function prints, as the stream has it.
 *
 * <p>A cast to text would differ for boolean, char(n) and inet; {@code format('%s', ...)} calls the output function.
 * The engine finds this class as a service.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class TextSnapshotQuery implements SnapshotQuery {

    static final String NAME = "idem";

    /** Made by the service loader. */
    public TextSnapshotQuery() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void configure(Map<String, ?> options) {}

    @Override
    public Optional<String> snapshotQuery(String table, List<String> quotedColumns) {
        String columns = quotedColumns.stream()
                .map(column ->
                        "case when num_nulls(" + column + ") = 0 then format('%s', " + column + ") end as " + column)
                .collect(Collectors.joining(", "));
        return Optional.of("select " + columns + " from " + table);
    }
}
