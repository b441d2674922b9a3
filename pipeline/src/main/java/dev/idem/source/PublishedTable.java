package dev.idem.source;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.RowKeys;
import dev.idem.change.TableDefinition;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.SqlType;
import java.util.ArrayList;
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
public record PublishedTable(TableDefinition definition, boolean partitioned, Optional<String> filter) {

    /** The columns whose values are read: what the source computes is not. */
    public List<ColumnDefinition> readColumns() {
        return definition.columns().stream()
                .filter(column -> !column.generated())
                .toList();
    }

    /** Keeps its columns and files from changing while it is read. */
    public String lockStatement() {
        return "lock table " + (partitioned ? "" : "only ") + name() + " in access share mode";
    }

    private String name() {
        return SqlIdentifier.quoted(
                definition.table().schema(), definition.table().name());
    }

    /** Reads its rows: of a table that others inherit from only its own. */
    public String copyStatement() {
        String columns = readColumns().stream()
                .map(column -> SqlIdentifier.quoted(column.name()))
                .collect(Collectors.joining(", "));
        return "copy (select " + columns + " from " + (partitioned ? "" : "only ") + name()
                + filter.map(condition -> " where " + condition).orElse("") + ") to stdout";
    }

    /**
     * Reads rows by their keys: the place of each in {@code rows}, the key as the stream prints it, and the columns of
     * {@link #readColumns}, all of them NULL where the table has no such row. It fails with a SQLSTATE of class 22
     * where a text is no value of the key's type.
     */
    public String copyStatement(RowKeys rows) {
        List<String> texts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> wanted = new ArrayList<>();
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < rows.columns().size(); i++) {
            String name = "k" + i;
            String column = "target." + SqlIdentifier.quoted(rows.columns().get(i));
            Optional<String> cast = castType(rows.columns().get(i));
            String value = "wanted." + name + cast.map(type -> "::" + type).orElse("");
            texts.add(textArray(rows.column(i)));
            names.add(name);
            wanted.add(value);
            conditions.add(cast.isPresent() ? column + " = " + value : column + "::text = " + value);
        }
        String columns = readColumns().stream()
                .map(column -> "target." + SqlIdentifier.quoted(column.name()))
                .collect(Collectors.joining(", "));
        return "copy (select wanted.place, " + String.join(", ", wanted) + ", " + columns + " from unnest("
                + String.join(", ", texts) + ") with ordinality as wanted (" + String.join(", ", names)
                + ", place) left join (select * from " + (partitioned ? "" : "only ") + name()
                + filter.map(condition -> " where " + condition).orElse("") + ") as target on "
                + String.join(" and ", conditions) + ") to stdout";
    }

    /**
     * The type by whose own equality a key's column is found, so that its index serves. Types that are not PostgreSQL's
     * own have their schema in their names, and their operators may be out of sight: they are compared by their texts,
     * as are those that a cast to text strips of blanks.
     */
    private Optional<String> castType(String column) {
        String type = definition.columns().get(definition.indexOf(column)).type();
        boolean isOwn = type.indexOf('.') < 0 && !type.startsWith("character(") && !type.startsWith("bit(");
        return isOwn ? Optional.of(SqlType.withoutModifier(type)) : Optional.empty();
    }

    private static String textArray(List<String> values) {
        return values.stream().map(SqlIdentifier::literal).collect(Collectors.joining(", ", "array[", "]::text[]"));
    }
}
