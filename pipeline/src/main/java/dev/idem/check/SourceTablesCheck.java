package dev.idem.check;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.check.Finding.Remedy;
import dev.idem.source.SourceCatalogue;
import dev.idem.source.SourceSettings;
import dev.idem.source.SourceTable;
import dev.idem.source.TablePatterns;
import dev.idem.sql.SqlIdentifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Looks at the tables that the settings choose, at what the role may read, and at the publication.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SourceTablesCheck {

    private static final String REMEDY = "; remedy: ";

    private final CheckedDatabase source;
    private final SourceSettings settings;
    private final Findings findings;

    SourceTablesCheck(CheckedDatabase source, SourceSettings settings, Findings findings) {
        this.source = source;
        this.settings = settings;
        this.findings = findings;
    }

    void run(List<SourceTable> chosen) throws SQLException {
        List<TableId> tables = chosen.stream()
                .filter(SourceTable::isReplicable)
                .map(SourceTable::table)
                .toList();
        if (tables.isEmpty()) {
            findings.fail(
                    "no table fits source.tables=" + settings.tables() + " and source.exclude="
                            + settings.excludedTables() + " (expected: at least one)",
                    Remedy.act("correct the patterns, or make the tables"));
        }
        for (SourceTable table : chosen) {
            describe(table);
        }
        describeLeftOut();
        checkRights(tables);
        if (!tables.isEmpty()) {
            checkPublication(tables, identified(chosen));
        }
    }

    /** The tables that the publication itself has or will have; of the others it is the one of inserts. */
    private static Set<TableId> identified(List<SourceTable> chosen) {
        return chosen.stream()
                .filter(table -> table.isReplicable() && table.identified())
                .map(SourceTable::table)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void describe(SourceTable table) {
        String name = "table " + table.table();
        if (table.obstacle().isPresent()) {
            String reason = table.obstacle().get();
            findings.warn(
                    name + " is left out: " + told(reason),
                    reason.contains("unlogged")
                            ? Remedy.run("alter table " + SourceCheck.quoted(table.table()) + " set logged")
                            : remedy(reason));
        } else if (table.warning().isPresent()) {
            String reason = table.warning().get();
            findings.warn(name + " is captured in part: " + told(reason), remedy(reason));
        } else {
            String key = new SourceCatalogue(source.connection())
                    .definition(table.table())
                    .map(SourceTablesCheck::told)
                    .orElse("");
            findings.ok(name + " is captured" + key);
        }
    }

    private static String told(String reason) {
        return reason.split(REMEDY, 2)[0];
    }

    private static Remedy remedy(String reason) {
        String[] parts = reason.split(REMEDY, 2);
        return parts.length == 2 ? Remedy.run(parts[1]) : Remedy.NONE;
    }

    private static String told(TableDefinition definition) {
        return ", " + (definition.hasKey() ? "key " + String.join(", ", definition.key()) : "no key")
                + ", replica identity " + definition.replicaIdentity();
    }

    /** Relations that fit the patterns and are no tables of their own. */
    private void describeLeftOut() throws SQLException {
        TablePatterns patterns = new TablePatterns(settings.tables(), settings.excludedTables());
        Map<String, Set<TableId>> byReason = new TreeMap<>();
        for (List<String> row : source.rows("""
                select n.nspname, c.relname,
                    case
                        when c.relispartition then 'partitions: their root tables stand for them'
                        when c.relkind = 'f' then 'foreign tables: their changes are not in the WAL'
                        else 'views: they have no rows of their own'
                    end
                from pg_class c
                join pg_namespace n on n.oid = c.relnamespace
                where (c.relkind in ('v', 'm', 'f') or c.relkind in ('r', 'p') and c.relispartition)
                    and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
                """)) {
            TableId table = new TableId(row.get(0), row.get(1));
            if (patterns.choose(table)) {
                byReason.computeIfAbsent(row.get(2), reason -> new TreeSet<>()).add(table);
            }
        }
        byReason.forEach((reason, relations) -> findings.ok("left out are " + reason + ": " + listed(relations)));
    }

    private static String listed(Set<TableId> tables) {
        return tables.stream().map(TableId::toString).collect(Collectors.joining(", "));
    }

    private void checkRights(List<TableId> tables) throws SQLException {
        String role = source.role();
        Set<String> closed = new TreeSet<>();
        List<TableId> unreadable = new ArrayList<>();
        for (TableId table : tables) {
            if (!source.isTrue("select has_schema_privilege(?, 'usage')", table.schema())) {
                closed.add(table.schema());
            }
            if (!source.isTrue(
                    "select has_table_privilege(c.oid, 'select') from pg_class c join pg_namespace n"
                            + " on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?",
                    table.schema(),
                    table.name())) {
                unreadable.add(table);
            }
        }
        for (String schema : closed) {
            findings.fail(
                    "role " + role + " may not use schema " + schema + " (expected: USAGE)",
                    Remedy.run("grant usage on schema " + SqlIdentifier.quoted(schema) + " to " + role));
        }
        for (TableId table : unreadable) {
            findings.fail(
                    "role " + role + " may not read table " + table + " (expected: SELECT)",
                    Remedy.run("grant select on table " + SourceCheck.quoted(table) + " to " + role));
        }
        if (closed.isEmpty() && unreadable.isEmpty() && !tables.isEmpty()) {
            findings.ok("the role may read all " + tables.size() + " tables");
        }
    }

    private void checkPublication(List<TableId> tables, Set<TableId> identified) throws SQLException {
        String name = SqlIdentifier.quoted(settings.publication());
        List<List<String>> rows = source.rows("""
                select pubinsert and pubupdate and pubdelete and pubtruncate, pubviaroot,
                    pg_has_role(pubowner, 'usage')
                from pg_publication
                where pubname = ?
                """, settings.publication());
        if (rows.isEmpty()) {
            checkMayCreate(tables, identified, name);
            return;
        }
        List<String> publication = rows.get(0);
        if (!publication.get(0).equals("t")) {
            findings.fail(
                    "publication " + settings.publication() + " leaves operations out",
                    Remedy.run("alter publication " + name + " set (publish = 'insert, update, delete, truncate')"));
        }
        if (!publication.get(1).equals("t") && hasPartitioned(tables)) {
            findings.fail(
                    "publication " + settings.publication() + " publishes partitions in place of their roots",
                    Remedy.run("alter publication " + name + " set (publish_via_partition_root = true)"));
        }
        checkCoverage(tables, identified, name, publication.get(2).equals("t"));
    }

    private boolean hasPartitioned(List<TableId> tables) throws SQLException {
        for (TableId table : tables) {
            if (source.isTrue(
                    "select c.relkind = 'p' from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                            + " where n.nspname = ? and c.relname = ?",
                    table.schema(),
                    table.name())) {
                return true;
            }
        }
        return false;
    }

    private void checkCoverage(List<TableId> tables, Set<TableId> identified, String name, boolean isOurs)
            throws SQLException {
        Set<TableId> missing = new TreeSet<>(tables);
        source.rows(
                        "select schemaname, tablename from pg_publication_tables where pubname in (?, ?)",
                        settings.publication(),
                        settings.insertPublication())
                .forEach(row -> missing.remove(new TableId(row.get(0), row.get(1))));
        if (missing.isEmpty()) {
            findings.ok("publication " + settings.publication() + " covers all " + tables.size() + " tables");
        } else if (isOurs && ownsAll(missing)) {
            findings.ok("publication " + settings.publication() + " lacks " + listed(missing)
                    + ": the first run adds them");
        } else {
            findings.fail(
                    "publication " + settings.publication() + " lacks " + listed(missing)
                            + ", and the role may not add them",
                    new Remedy(additions(missing, identified, name), ""));
        }
    }

    private List<String> additions(Set<TableId> missing, Set<TableId> identified, String name) {
        Set<TableId> whole = new TreeSet<>(missing);
        whole.retainAll(identified);
        Set<TableId> inserts = new TreeSet<>(missing);
        inserts.removeAll(identified);
        List<String> statements = new ArrayList<>();
        if (!whole.isEmpty()) {
            statements.add("alter publication " + name + " add table " + quoted(whole));
        }
        if (!inserts.isEmpty()) {
            statements.add("alter publication " + SqlIdentifier.quoted(settings.insertPublication()) + " add table "
                    + quoted(inserts));
        }
        return statements;
    }

    private void checkMayCreate(List<TableId> tables, Set<TableId> identified, String name) throws SQLException {
        boolean mayCreate = source.isTrue("select has_database_privilege(current_database(), 'create')");
        if (mayCreate && ownsAll(new TreeSet<>(tables))) {
            findings.ok("publication " + settings.publication() + " does not exist yet: the first run makes it");
        } else {
            findings.fail(
                    "publication " + settings.publication() + " does not exist, and the role may not make it (expected:"
                            + " CREATE on the database and ownership of the tables, or the publication)",
                    new Remedy(creations(tables, identified, name), ""));
        }
    }

    private List<String> creations(List<TableId> tables, Set<TableId> identified, String name) {
        List<String> statements = new ArrayList<>();
        statements.add("create publication " + name + (identified.isEmpty() ? "" : " for table " + quoted(identified))
                + new SourceCatalogue(source.connection()).publicationOptions());
        Set<TableId> inserts = new TreeSet<>(tables);
        inserts.removeAll(identified);
        if (!inserts.isEmpty()) {
            statements.add("create publication " + SqlIdentifier.quoted(settings.insertPublication()) + " for table "
                    + quoted(inserts) + " with (publish = 'insert, truncate', publish_via_partition_root = true)");
        }
        return statements;
    }

    private boolean ownsAll(Set<TableId> tables) throws SQLException {
        for (TableId table : tables) {
            if (!source.isTrue(
                    "select pg_has_role(c.relowner, 'usage') from pg_class c join pg_namespace n"
                            + " on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?",
                    table.schema(),
                    table.name())) {
                return false;
            }
        }
        return true;
    }

    private static String quoted(Set<TableId> tables) {
        return tables.stream().map(SourceCheck::quoted).collect(Collectors.joining(", "));
    }
}
