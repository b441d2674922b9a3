package dev.idem.warehouse;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Finds the parameters of a statement, {@code ?} and {@code :name}, where they are none of a quoted name's or literal's
 * characters.
 *
 * <p>The library's own parser takes a backslash for an escape wherever it stands. Names of tables and columns may hold
 * backslashes, colons and question marks.
 *
 * <p><i>Threads:</i> thread-safe.
 *
 * <p><i>Source:</i> PostgreSQL, "SQL Syntax", "Lexical Structure".
 */
final class StatementParser implements SqlParser {

    private static final int REMEMBERED = 500;

    private final Map<String, ParsedSql> parsed = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ParsedSql> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** Where the statement's text is read, and what was found so far. */
    private static final class Cursor {
        private final String sql;
        private final ParsedSql.Builder parsed = ParsedSql.builder();
        private int copied;
        private int at;

        Cursor(String sql) {
            this.sql = sql;
        }

        void parse() {
            while (at < sql.length()) {
                char c = sql.charAt(at);
                if (c == '\'' || c == '"') {
                    skipQuoted(c, c == '\'' && at > 0 && Character.toUpperCase(sql.charAt(at - 1)) == 'E');
                } else if (c == '?') {
                    copy(at, at + 1);
                    parsed.appendPositionalParameter();
                } else if (c == ':') {
                    colon();
                } else {
                    at++;
                }
            }
            copy(at, at);
        }

        /** A doubled quote ends one part and begins the next, so it needs no case of its own. */
        private void skipQuoted(char quote, boolean escapes) {
            at++;
            while (at < sql.length() && sql.charAt(at) != quote) {
                at += escapes && sql.charAt(at) == '\\' ? 2 : 1;
            }
            at++;
            if (escapes && at < sql.length() && sql.charAt(at) == quote) {
                skipQuoted(quote, true);
            }
        }

        private void colon() {
            int end = at + 1;
            while (end < sql.length() && Character.isJavaIdentifierPart(sql.charAt(end))) {
                end++;
            }
            boolean cast = end < sql.length() && sql.charAt(end) == ':';
            if (end == at + 1) {
                at = cast ? at + 2 : end;
                return;
            }
            String name = sql.substring(at + 1, end);
            copy(at, end);
            parsed.appendNamedParameter(name);
        }

        /** Hands on the text up to {@code end} and goes on at {@code next}. */
        private void copy(int end, int next) {
            parsed.append(sql.substring(copied, Math.min(end, sql.length())));
            copied = Math.min(next, sql.length());
            at = next;
        }
    }

    @Override
    public String nameParameter(String rawName, StatementContext context) {
        return ':' + rawName;
    }

    @Override
    public ParsedSql parse(String sql, StatementContext context) {
        return parsed.computeIfAbsent(sql, StatementParser::parse);
    }

    /** The statement with its parameters, which are all written as {@code ?} then. */
    static ParsedSql parse(String sql) {
        Cursor cursor = new Cursor(sql);
        cursor.parse();
        return cursor.parsed.build();
    }
}
