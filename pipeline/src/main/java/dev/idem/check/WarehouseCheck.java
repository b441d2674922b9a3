package dev.idem.check;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.check.Finding.Remedy;
import dev.idem.sql.SqlIdentifier;
import dev.idem.target.TableMapping;
import dev.idem.warehouse.WarehouseSettings;
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

    static final String CONTROL_SCHEMA = "idem";

    private final String pipeline;
    private final WarehouseSettings settings;
    private final TableMapping names;
    private final Findings findings = new Findings("warehouse");

    WarehouseCheck(String pipeline, WarehouseSettings settings, TableMapping names) {
        this.pipeline = pipeline;
        this.settings = settings;
        this.names = names;
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
                Set<TableId> places = new TreeSet<>();
                tables.keySet().forEach(table -> places.add(names.of(table)));
                checkNames(tables.keySet());
                checkSchemas(warehouse, places);
                new TargetTablesCheck(warehouse, pipeline, names, findings).run(tables);
                checkTriggers(warehouse, places);
            }
        } catch (SQLException e) {
            findings.fail(
                    "cannot look at " + address + ": " + e.getMessage(), UnreachableDatabase.remedy("warehouse", e));
        }
        return findings.all();
    }

    private void checkNames(Set<TableId> tables) {
        Remedy remedy = Remedy.act("map them to other names, see warehouse.table-map");
        names.collisions(tables)
                .forEach((place, together) -> findings.fail(
                        "tables " + together + " would all be " + place + " (expected: a name of its own for each)",
                        remedy));
        tables.forEach(table -> names.obstacle(table)
                .ifPresent(reason -> findings.fail("table " + table + " has no place: " + reason, remedy)));
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

    static boolean exists(CheckedDatabase warehouse, String schema) throws SQLException {
        return warehouse.isTrue("select exists (select from pg_namespace where nspname = ?)", schema);
    }

    private static boolean mayCreateIn(CheckedDatabase warehouse, String schema) throws SQLException {
        return warehouse.isTrue(
                "select has_schema_privilege(?, 'create') and has_schema_privilege(?, 'usage')", schema, schema);
    }
}
