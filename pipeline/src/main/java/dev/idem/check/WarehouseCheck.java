package dev.idem.check;

import dev.idem.apply.WarehouseSettings;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.check.Finding.Remedy;
import dev.idem.sql.SqlIdentifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks whether the warehouse takes what is to be written.
 *
 * <p><i>Threads:</i> one thread.
 */
final class WarehouseCheck {

    private static final String CONTROL_SCHEMA = "idem";

    private final String pipeline;
    private final WarehouseSettings settings;
    private final Findings findings = new Findings("warehouse");

    WarehouseCheck(String pipeline, WarehouseSettings settings) {
        this.pipeline = pipeline;
        this.settings = settings;
    }

    /**
     * Looks.
     *
     * @param tables the source's tables with their definitions; none where the source was not looked at
     * @param sourceIdentity which database the source is
     */
    List<Finding> run(Map<TableId, TableDefinition> tables, Optional<String> sourceIdentity) {
        String address = settings.url().replaceAll("\\?.*", "");
        try (CheckedDatabase warehouse = CheckedDatabase.connect(settings.url(), settings.properties())) {
            findings.ok("reached " + address + " as " + warehouse.one("select current_user"));
            checkIdentity(warehouse, sourceIdentity);
            if (isWritable(warehouse)) {
                checkSchemas(warehouse, tables.keySet());
                checkTables(warehouse, tables);
                checkTriggers(warehouse, tables.keySet());
            }
        } catch (SQLException e) {
            findings.fail(
                    "cannot look at " + address + ": " + e.getMessage(), UnreachableDatabase.remedy("warehouse", e));
        }
        return findings.all();
    }

    private void checkIdentity(CheckedDatabase warehouse, Optional<String> source) throws SQLException {
        if (source.isPresent() && source.get().equals(warehouse.identity())) {
            findings.fail(
                    "it is the very database that is the source (expected: another one)",
                    Remedy.act("name another database in warehouse.url"));
        }
    }

    private boolean isWritable(CheckedDatabase warehouse) throws SQLException {
        if (warehouse.isTrue("select pg_is_in_recovery()")) {
            findings.fail(
                    "the server is a standby and takes no changes",
                    Remedy.act("name the primary server in warehouse.url"));
            return false;
        }
        if (warehouse.isTrue("select current_setting('default_transaction_read_only')::boolean")) {
            String source =
                    warehouse.one("select source from pg_settings where name = 'default_transaction_read_only'");
            findings.fail(
                    "transactions are read-only, by the setting default_transaction_read_only of the " + source,
                    readOnlyRemedy(warehouse, source));
            return false;
        }
        findings.ok("it takes changes");
        return true;
    }

    private static Remedy readOnlyRemedy(CheckedDatabase warehouse, String source) throws SQLException {
        String reset = "reset default_transaction_read_only";
        return switch (source) {
            case "database" -> Remedy.run("alter database " + warehouse.database() + " " + reset);
            case "user" -> Remedy.run("alter role " + warehouse.role() + " " + reset);
            case "database user" ->
                Remedy.run("alter role " + warehouse.role() + " in database " + warehouse.database() + " " + reset);
            default -> Remedy.run("alter system set default_transaction_read_only = off", "select pg_reload_conf()");
        };
    }

    /** Triggers and foreign keys fire where the role may not turn them off for its sessions. */
    private void checkTriggers(CheckedDatabase warehouse, Set<TableId> tables) throws SQLException {
        if (mayTurnTriggersOff(warehouse)) {
            return;
        }
        Set<String> firing = new TreeSet<>();
        for (List<String> row : warehouse.rows("""
                select distinct n.nspname, r.relname
                from pg_trigger t
                join pg_class r on r.oid = t.tgrelid
                join pg_namespace n on n.oid = r.relnamespace
                where t.tgenabled not in ('D', 'R')
                """)) {
            TableId table = new TableId(row.get(0), row.get(1));
            if (tables.contains(table)) {
                firing.add(table.toString());
            }
        }
        if (!firing.isEmpty()) {
            findings.warn(
                    "foreign keys and triggers of the tables " + firing
                            + " will fire: they may refuse or double changes",
                    Remedy.run("grant set on parameter session_replication_role to " + warehouse.role()));
        }
    }

    private static boolean mayTurnTriggersOff(CheckedDatabase warehouse) throws SQLException {
        boolean superuser = warehouse.isTrue("select current_setting('is_superuser')::boolean");
        boolean knowsGrants = warehouse.isTrue("select current_setting('server_version_num')::integer >= 150000");
        return superuser
                || knowsGrants && warehouse.isTrue("select has_parameter_privilege('session_replication_role', 'set')");
    }

    /** The control schema and those of the tables: made where they are missing, which needs a right of its own. */
    private void checkSchemas(CheckedDatabase warehouse, Set<TableId> tables) throws SQLException {
        Set<String> schemas = new TreeSet<>(Set.of(CONTROL_SCHEMA));
        tables.forEach(table -> schemas.add(table.schema()));
        Set<String> missing = new TreeSet<>();
        for (String schema : schemas) {
            if (!exists(warehouse, schema)) {
                missing.add(schema);
            } else if (mayCreateIn(warehouse, schema)) {
                findings.ok("the role may create tables in schema " + schema);
            } else {
                findings.fail(
                        "role " + warehouse.role() + " may not create tables in schema " + schema,
                        Remedy.run("grant usage, create on schema " + SqlIdentifier.quoted(schema) + " to "
                                + warehouse.role()));
            }
        }
        checkMayCreateSchemas(warehouse, missing);
    }

    /** PostgreSQL asks for the right also where {@code create schema if not exists} finds the schema. */
    private void checkMayCreateSchemas(CheckedDatabase warehouse, Set<String> missing) throws SQLException {
        String told = missing.isEmpty() ? "" : "; the first run makes " + missing;
        if (warehouse.isTrue("select has_database_privilege(current_database(), 'create')")) {
            findings.ok("the role may create schemas" + told);
        } else {
            findings.fail(
                    "role " + warehouse.role() + " may not create schemas (expected: CREATE on the database)" + told,
                    Remedy.run("grant create on database " + warehouse.database() + " to " + warehouse.role()));
        }
    }

    private static boolean exists(CheckedDatabase warehouse, String schema) throws SQLException {
        return warehouse.isTrue("select exists (select from pg_namespace where nspname = ?)", schema);
    }

    private static boolean mayCreateIn(CheckedDatabase warehouse, String schema) throws SQLException {
        return warehouse.isTrue(
                "select has_schema_privilege(?, 'create') and has_schema_privilege(?, 'usage')", schema, schema);
    }

    /** Tables that stand where ours will be made: only an empty one with all columns can be taken over. */
    private void checkTables(CheckedDatabase warehouse, Map<TableId, TableDefinition> tables) throws SQLException {
        Set<TableId> followed = followed(warehouse);
        for (TableDefinition definition : tables.values()) {
            if (!followed.contains(definition.table())) {
                List<List<String>> standing = warehouse.rows(
                        """
                        select c.oid::text, pg_has_role(c.relowner, 'usage')
                        from pg_class c
                        join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = ? and c.relname = ?
                        """, definition.table().schema(), definition.table().name());
                if (!standing.isEmpty()) {
                    checkForeign(warehouse, definition, standing.get(0));
                }
            }
        }
        if (!followed.isEmpty()) {
            findings.ok("the warehouse follows " + followed.size() + " tables already");
        }
    }

    private Set<TableId> followed(CheckedDatabase warehouse) throws SQLException {
        Set<TableId> followed = new TreeSet<>();
        boolean isReadable = exists(warehouse, CONTROL_SCHEMA)
                && warehouse.isTrue("select has_schema_privilege(?, 'usage')", CONTROL_SCHEMA)
                && warehouse.isTrue(
                        "select coalesce(has_table_privilege(to_regclass('idem.target'), 'select'), false)");
        if (isReadable) {
            warehouse
                    .rows("select source_schema, source_table from idem.target where pipeline = ?", pipeline)
                    .forEach(row -> followed.add(new TableId(row.get(0), row.get(1))));
        }
        return followed;
    }

    private void checkForeign(CheckedDatabase warehouse, TableDefinition definition, List<String> standing)
            throws SQLException {
        String quoted = SourceCheck.quoted(definition.table());
        String name = "table " + definition.table();
        Remedy drop = new Remedy(List.of("drop table " + quoted), "or rename it; the first run makes it anew");
        Set<String> missing = new TreeSet<>(definition.columnNames());
        warehouse
                .rows(
                        "select attname from pg_attribute where attrelid = ?::oid and attnum > 0 and not attisdropped",
                        standing.get(0))
                .forEach(row -> missing.remove(row.get(0)));
        if (!standing.get(1).equals("t")) {
            findings.fail(name + " exists and belongs to another role", drop);
        } else if (!missing.isEmpty()) {
            findings.fail(name + " exists without the columns " + missing, drop);
        } else if (warehouse.isTrue("select exists (select from " + quoted + ")")) {
            findings.fail(name + " exists with rows that are not ours (expected: none)", drop);
        } else {
            findings.ok(name + " exists, is empty and fits: it is taken over");
        }
    }
}
