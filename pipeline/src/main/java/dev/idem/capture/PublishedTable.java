package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table as the publication publishes it.
 *
 * @param definition its columns, those that the publication leaves out excepted
 * @param partitioned whether its rows lie in partitions
 * @param filter the publication's row filter, as PostgreSQL prints it
 */
record PublishedTable(TableDefinition definition, boolean partitioned, Optional<String> filter) {

    /** The columns whose values are read: what the source computes is not. */
    List<ColumnDefinition> readColumns() {
        return definition.columns().stream()
                .filter(column -> !column.generated())
                .toList();
    }

    /** Keeps its columns and files from changing while it is read. */
    String lockStatement() {
        return "lock table " + (partitioned ? "" : "only ") + name() + " in access share mode";
    }

    private String name() {
        return quoted(definition.table().schema())
                + '.'
                + quoted(definition.table().name());
    }

    /** Reads its rows: of a table that others inherit from only its own. */
    String copyStatement() {
        String columns =
                readColumns().stream().map(column -> quoted(column.name())).collect(Collectors.joining(", "));
        return "copy (select " + columns + " from " + (partitioned ? "" : "only ") + name()
                + filter.map(condition -> " where " + condition).orElse("") + ") to stdout";
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
