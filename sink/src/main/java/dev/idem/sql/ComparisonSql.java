package dev.idem.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Statements by which two servers describe their copies of a table so that the descriptions are equal where the values
 * are. Every value is compared by its text; only digests and keys leave the server.
 *
 * <p>A row's digest is the SHA-256 of the record's text in UTF-8. The text of a record tells NULL from the empty text
 * and quotes what separates values, so no two rows share one. Long values enter by their own digest.
 *
 * <p>Digests of the same rows are equal on every version, encoding and machine; the hash functions that PostgreSQL
 * partitions by are not promised to be, and MD5 is refused by some builds.
 *
 * <p><i>Threads:</i> immutable.
 *
 * <p><i>Source:</i> PostgreSQL, "Composite Type Input and Output Syntax"; "Binary String Functions".
 */
public final class ComparisonSql {

    private static final int LONG_TEXT = 4_000;

    private final ComparedTable table;

    /** Statements about one copy. */
    public ComparisonSql(ComparedTable table) {
        this.table = table;
    }

    /** The key that ends the next chunk. Bound: the lower end where there is one, then the number of rows less one. */
    public String chunkEnd(boolean hasLower) {
        return "select " + keyTexts() + "\nfrom " + table.relation() + where(hasLower, false) + "\norder by "
                + keys(KeyColumn::ordered) + "\noffset ?\nlimit 1";
    }

    /** The count of rows and the digest of a chunk. Bound: the ends that there are. */
    public String chunkDigest(boolean hasLower, boolean hasUpper) {
        return "select count(*), encode(sha256(string_agg(digest, ''::bytea order by digest)), 'hex')\nfrom (\n  select "
                + rowDigest() + " as digest\n  from " + table.relation() + where(hasLower, hasUpper) + "\n) as chunk";
    }

    /** Each row of a chunk: key, digest, version of the row in storage. Bound: the ends that there are. */
    public String chunkRows(boolean hasLower, boolean hasUpper) {
        return "select " + keyTexts() + ", " + hex(rowDigest()) + ", target.xmin::text\nfrom " + table.relation()
                + where(hasLower, hasUpper);
    }

    /** Rows by their keys, as {@link #chunkRows}. Bound: an array of texts for each key column. */
    public String rows() {
        return "select " + keyTexts() + ", " + hex(rowDigest()) + ", target.xmin::text" + fromWanted();
    }

    /**
     * The digest of each column of rows by their keys, then the names of columns that the row lacks. Bound: an array of
     * texts for each key column.
     */
    public String columnDigests() {
        List<String> items = new ArrayList<>();
        items.add(keyTexts());
        table.columns().forEach(column -> items.add(hex(digest(text(column)))));
        items.add(table.tellsMissing() ? "target." + Fragments.MISSING : "null::text[]");
        return "select " + String.join(", ", items) + fromWanted();
    }

    /** All rows by the first bits of their digests: bucket, count, and a sum that does not depend on their order. */
    public String buckets() {
        return """
                select bucket, count(*), sum(first)::text || ' ' || sum(second)::text
                from (
                  select
                    get_byte(digest, 0) * 256 + get_byte(digest, 1) as bucket,
                    ('x' || encode(substr(digest, 1, 8), 'hex'))::bit(64)::bigint::numeric as first,
                    ('x' || encode(substr(digest, 9, 8), 'hex'))::bit(64)::bigint::numeric as second
                  from (
                    select %s as digest from %s
                    offset 0
                  ) as row_digest
                ) as part
                group by bucket""".formatted(rowDigest(), table.relation());
    }

    /** How often each row occurs, in the order of the digests. Bound: an array of buckets. */
    public String groups() {
        return """
                select encode(digest, 'hex'), count(*)
                from (
                  select %s as digest from %s
                  offset 0
                ) as row_digest
                where get_byte(digest, 0) * 256 + get_byte(digest, 1) = any (?::integer[])
                group by digest
                order by digest""".formatted(rowDigest(), table.relation());
    }

    /** How often rows of these digests occur. Bound: an array of digests. */
    public String countsOf() {
        return """
                select encode(digest, 'hex'), count(*)
                from (
                  select %s as digest from %s
                  offset 0
                ) as row_digest
                where encode(digest, 'hex') = any (?::text[])
                group by digest""".formatted(rowDigest(), table.relation());
    }

    private String fromWanted() {
        List<String> names = new ArrayList<>();
        List<String> conditions = new ArrayList<>();
        for (KeyColumn column : table.key()) {
            String name = "k" + names.size();
            conditions.add(column.sameAs("wanted." + name));
            names.add(name);
        }
        return "\nfrom unnest(" + keys(column -> "?::text[]") + ") as wanted (" + String.join(", ", names) + ")\njoin "
                + table.relation() + "\n  on " + String.join("\n  and ", conditions);
    }

    private String where(boolean hasLower, boolean hasUpper) {
        List<String> conditions = new ArrayList<>();
        if (hasLower) {
            conditions.add(comparison(">"));
        }
        if (hasUpper) {
            conditions.add(comparison("<="));
        }
        return conditions.isEmpty() ? "" : "\nwhere " + String.join("\n  and ", conditions);
    }

    private String comparison(String operator) {
        return "(" + keys(KeyColumn::ordered) + ") " + operator + " (" + keys(KeyColumn::bound) + ")";
    }

    private String keyTexts() {
        return keys(KeyColumn::text);
    }

    private String keys(Function<KeyColumn, String> item) {
        return table.key().stream().map(item).collect(Collectors.joining(", "));
    }

    private String rowDigest() {
        String values = table.columns().stream()
                .map(column -> column.wide() ? shortened(text(column)) : text(column))
                .collect(Collectors.joining(", "));
        return digest("row(" + values + ")::text");
    }

    /** The text marked as itself, or its digest marked as that; NULL stays NULL. */
    private static String shortened(String text) {
        return "case when length(%1$s) <= %2$d then 'v' || %1$s else 'h' || %3$s end"
                .formatted(text, LONG_TEXT, hex(digest(text)));
    }

    private static String text(ComparedTable.Column column) {
        return "target." + SqlIdentifier.quoted(column.name()) + "::text";
    }

    private static String digest(String text) {
        return "sha256(convert_to(" + text + ", 'UTF8'))";
    }

    private static String hex(String bytes) {
        return "encode(" + bytes + ", 'hex')";
    }
}
