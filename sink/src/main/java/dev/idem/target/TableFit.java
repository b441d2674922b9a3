package dev.idem.target;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.MetadataColumns;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.WiderType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Decides whether a table that somebody else made can take what the source has. It may have more columns, another order
 * and wider types; it may not have narrower ones.
 *
 * <p><i>Threads:</i> stateless.
 */
public final class TableFit {

    /** The types whose cast to text is not the text that their values come as. */
    private static final Predicate<String> KEEPS_ITS_TEXT = Pattern.compile(
                    "(?!(?:boolean|inet|bpchar|character|\"char\")(?![a-z ])).*")
            .asMatchPredicate();

    private TableFit() {}

    /**
     * Something that stands against taking the table over.
     *
     * @param text what it is and what was expected, with the column's name
     * @param remedy what follows {@code alter table <name>} to mend it
     */
    public record Obstacle(String text, String remedy) {}

    /**
     * What stands against it; nothing where it fits.
     *
     * @param source the table's definition at the source
     * @param present the columns that the table of the warehouse has
     */
    public static List<Obstacle> obstacles(TableDefinition source, Collection<ExistingColumn> present) {
        TableDefinition definition = WarehouseColumns.named(source);
        Map<String, ExistingColumn> byName = new HashMap<>();
        present.forEach(column -> byName.put(column.name(), column));
        List<Obstacle> obstacles = new ArrayList<>();
        for (ColumnDefinition column : definition.columns()) {
            ExistingColumn existing = byName.remove(column.name());
            boolean computed = column.generated() && !definition.isKey(column.name());
            if (existing == null && !computed) {
                obstacles.add(new Obstacle("it has no column " + column.name(), "add column " + defined(column)));
            } else if (existing != null) {
                obstacle(definition, column, existing, computed).ifPresent(obstacles::add);
            }
        }
        byName.values().stream()
                .filter(extra -> extra.notNull() && !extra.filled() && !extra.generated())
                .filter(extra -> !MetadataColumns.NAMES.contains(extra.name()))
                .forEach(extra -> obstacles.add(new Obstacle(
                        "its column " + extra.name() + ", which the source does not have, forbids NULL and has no"
                                + " default (expected: either)",
                        "alter column " + quoted(extra.name()) + " drop not null")));
        return obstacles;
    }

    private static Optional<Obstacle> obstacle(
            TableDefinition definition, ColumnDefinition column, ExistingColumn existing, boolean computed) {
        String name = column.name();
        if (existing.generated() != computed) {
            return Optional.of(new Obstacle(
                    "its column " + name + (computed ? " is not computed, at the source it is" : " is computed")
                            + " (expected: as at the source)",
                    computed ? "drop column " + quoted(name) : "alter column " + quoted(name) + " drop expression"));
        }
        if (!holds(definition, column, existing.type())) {
            return Optional.of(new Obstacle(
                    "its column " + name + " is of type " + existing.type() + " (expected: " + column.type()
                            + ", or a wider one)",
                    "alter column " + quoted(name) + " type " + column.type()));
        }
        boolean mayBeNull = !column.notNull() && !definition.isKey(name) && !computed;
        return existing.notNull() && mayBeNull
                ? Optional.of(new Obstacle(
                        "its column " + name + " forbids NULL, at the source it does not (expected: as there)",
                        "alter column " + quoted(name) + " drop not null"))
                : Optional.empty();
    }

    /**
     * True where a column of type {@code existing} takes every value of the source's column as it is. Columns by which
     * rows are told apart must keep their equality; any other value can stand as text, since that is how it comes.
     */
    static boolean holds(TableDefinition definition, ColumnDefinition column, String existing) {
        boolean tellsApart = !definition.hasKey() || definition.isKey(column.name());
        String type = column.type();
        return WiderType.holds(type, existing)
                || WiderType.holds(withoutDomains(type, definition.types()), existing)
                || !tellsApart && isText(existing) && KEEPS_ITS_TEXT.test(type);
    }

    private static boolean isText(String type) {
        return type.equals("text") || type.equals("character varying");
    }

    private static String withoutDomains(String type, List<TypeDefinition> types) {
        String base = type;
        for (int depth = 0; depth < types.size(); depth++) {
            String current = base;
            base = types.stream()
                    .filter(defined ->
                            defined instanceof DomainType && defined.name().equals(current))
                    .map(defined -> ((DomainType) defined).base())
                    .findFirst()
                    .orElse(current);
        }
        return base;
    }

    private static String defined(ColumnDefinition column) {
        return quoted(column.name()) + " " + column.type();
    }

    private static String quoted(String name) {
        return SqlIdentifier.quoted(name);
    }
}
