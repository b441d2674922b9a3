package dev.idem.source;

import dev.idem.change.TableId;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which tables the settings choose: {@code schema.table}, where {@code *} stands for any characters.
 *
 * <p>No pattern chooses every table. An exclusion wins.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class TablePatterns {

    private final List<Pattern> included;
    private final List<Pattern> excluded;

    /** Patterns of what is chosen, and of what is left out. */
    public TablePatterns(List<String> included, List<String> excluded) {
        this.included = included.stream().map(TablePatterns::compile).toList();
        this.excluded = excluded.stream().map(TablePatterns::compile).toList();
    }

    /** True where the table is chosen. */
    public boolean choose(TableId table) {
        boolean wanted = included.isEmpty() || matches(included, table);
        return wanted && !matches(excluded, table);
    }

    private static boolean matches(List<Pattern> patterns, TableId table) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.matcher(table.toString()).matches());
    }

    private static Pattern compile(String text) {
        StringBuilder regex = new StringBuilder();
        for (String literal : text.split("((?<=\\*)|(?=\\*))")) {
            regex.append(literal.equals("*") ? ".*" : Pattern.quote(literal));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
