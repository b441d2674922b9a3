package dev.idem.check;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.check.Finding.Remedy;
import dev.idem.source.SourceCatalogue;
import dev.idem.source.SourceEncoding;
import dev.idem.source.SourceSettings;
import dev.idem.source.SourceTable;
import dev.idem.source.SourceTables;
import dev.idem.sql.SqlIdentifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks whether the source can be captured: the server, the role, the slot; {@link SourceTablesCheck} looks at the
 * tables.
 *
 * <p><i>Threads:</i> one thread.
 */
final class SourceCheck {

    private static final int OLDEST = 13;
    private static final int YOUNGEST = 18;

    private final SourceSettings settings;
    private final Findings findings = new Findings("source");

    SourceCheck(SourceSettings settings) {
        this.settings = settings;
    }

    /** What was found, with the definitions of the tables that would be captured. */
    record Found(List<Finding> findings, Map<TableId, TableDefinition> definitions, Optional<String> identity) {}

    Found run() {
        try (CheckedDatabase source = CheckedDatabase.connect(
                settings.url(), Map.of("user", settings.user(), "password", settings.password()))) {
            findings.ok("reached " + settings.address() + " as " + settings.user());
            return look(source);
        } catch (SQLException e) {
            findings.fail(
                    "cannot look at " + settings.address() + ": " + e.getMessage(),
                    UnreachableDatabase.remedy("source", e));
            return new Found(findings.all(), Map.of(), Optional.empty());
        }
    }

    private Found look(CheckedDatabase source) throws SQLException {
        checkVersion(source);
        checkEncoding(source);
        checkWalLevel(source);
        checkPlaces(source);
        checkRole(source);
        checkSlot(source);
        checkKeptWal(source);
        SourceCatalogue catalogue = new SourceCatalogue(source.connection());
        List<SourceTable> tables = SourceTables.chosen(source.connection(), settings);
        new SourceTablesCheck(source, settings, findings).run(tables);
        Map<TableId, TableDefinition> definitions = new TreeMap<>();
        tables.stream()
                .filter(SourceTable::isReplicable)
                .flatMap(table -> catalogue.definition(table.table()).stream())
                .forEach(definition -> definitions.put(definition.table(), definition));
        return new Found(findings.all(), definitions, Optional.of(source.identity()));
    }

    private void checkVersion(CheckedDatabase source) throws SQLException {
        int major = source.number("select current_setting('server_version_num')::int / 10000");
        if (major < OLDEST) {
            findings.fail(
                    "PostgreSQL " + major + " (expected: " + OLDEST + " to " + YOUNGEST + ")",
                    Remedy.act("upgrade the server"));
        } else if (major > YOUNGEST) {
            findings.warn(
                    "PostgreSQL " + major + " was never tried (expected: " + OLDEST + " to " + YOUNGEST + ")",
                    Remedy.act("try it on a copy first"));
        } else {
            findings.ok("PostgreSQL " + major);
        }
    }

    private void checkEncoding(CheckedDatabase source) throws SQLException {
        SourceEncoding.doubt(source.connection())
                .ifPresent(doubt -> findings.warn(
                        doubt, Remedy.act("dump it and restore it into a database that is made with encoding 'UTF8'")));
    }

    private void checkWalLevel(CheckedDatabase source) throws SQLException {
        String level = source.one("select current_setting('wal_level')");
        if (level.equals("logical")) {
            findings.ok("wal_level is logical");
        } else {
            findings.fail(
                    "wal_level is " + level + " (expected: logical)",
                    new Remedy(List.of("alter system set wal_level = 'logical'"), "then restart the server"));
        }
    }

    private void checkPlaces(CheckedDatabase source) throws SQLException {
        boolean hasSlot = !slot(source).isEmpty();
        int slots = source.number("select count(*) from pg_replication_slots");
        checkPlaces(source, "max_replication_slots", hasSlot ? slots - 1 : slots, "replication slots");
        int senders =
                source.number("select count(*) from pg_stat_replication where application_name <> 'idem capture'");
        checkPlaces(source, "max_wal_senders", senders, "WAL senders");
    }

    private void checkPlaces(CheckedDatabase source, String setting, int used, String what) throws SQLException {
        int most = source.number("select current_setting(?)", setting);
        if (used < most) {
            findings.ok(used + " of " + most + " " + what + " are in use by others");
        } else {
            findings.fail(
                    "all " + most + " " + what + " are in use (expected: one is free)",
                    new Remedy(
                            List.of("alter system set " + setting + " = " + Math.max(used + 2, 4)),
                            "then restart the server; or give up what is not needed any more"));
        }
    }

    private void checkRole(CheckedDatabase source) throws SQLException {
        boolean mayReplicate = source.isTrue("""
                select rolsuper or rolreplication or exists (
                    select from pg_roles g
                    where g.rolname in ('rds_replication', 'rds_superuser') and pg_has_role(current_user, g.oid, 'member'))
                from pg_roles
                where rolname = current_user
                """);
        if (mayReplicate) {
            findings.ok("the role may replicate");
        } else {
            findings.fail(
                    "role " + source.role() + " may not replicate (expected: REPLICATION)",
                    Remedy.run("alter role " + source.role() + " with replication"));
        }
    }

    private List<List<String>> slot(CheckedDatabase source) throws SQLException {
        return source.rows("""
                select coalesce(plugin, 'physical'), database, active_pid::text, wal_status, confirmed_flush_lsn::text
                from pg_replication_slots
                where slot_name = ?
                """, settings.slot());
    }

    private void checkSlot(CheckedDatabase source) throws SQLException {
        List<List<String>> rows = slot(source);
        if (rows.isEmpty()) {
            findings.ok("replication slot " + settings.slot() + " does not exist yet: the first run makes it");
            return;
        }
        List<String> slot = rows.get(0);
        String name = "replication slot " + settings.slot();
        Remedy drop = Remedy.run("select pg_drop_replication_slot('" + settings.slot() + "')");
        if (!slot.get(0).equals("pgoutput") || !slot.get(1).equals(source.one("select current_database()"))) {
            findings.fail(
                    name + " is of plugin " + slot.get(0) + " and database " + slot.get(1)
                            + " (expected: pgoutput of this database)",
                    Remedy.act("set source.slot to another name"));
        } else if (slot.get(3).equals("lost")) {
            findings.fail(
                    name + " is invalidated: the source has removed WAL that it needs",
                    new Remedy(drop.statements(), "and set source.on-new-history=resync for a new snapshot"));
        } else if (!slot.get(2).isEmpty()) {
            findings.fail(
                    name + " is in use by server process " + slot.get(2) + " (expected: free, before a run)",
                    new Remedy(
                            List.of("select pg_terminate_backend(" + slot.get(2) + ")"),
                            "or stop the pipeline that uses it"));
        } else if (slot.get(3).equals("unreserved")) {
            findings.warn(
                    name + " is about to lose WAL that it needs",
                    Remedy.run("alter system set max_slot_wal_keep_size = -1", "select pg_reload_conf()"));
        } else {
            findings.ok(name + " is free, at " + slot.get(4));
        }
    }

    private void checkKeptWal(CheckedDatabase source) throws SQLException {
        String limit = source.one("select current_setting('max_slot_wal_keep_size')");
        if (limit.equals("-1")) {
            findings.warn(
                    "max_slot_wal_keep_size is -1: while no capture runs, the source keeps WAL until its disk is full",
                    new Remedy(
                            List.of("alter system set max_slot_wal_keep_size = '50GB'", "select pg_reload_conf()"),
                            "or whatever the disk can spare; a slot that needs more is lost then"));
        } else {
            findings.ok("the source keeps at most " + limit + " of WAL for a capture that does not run");
        }
    }

    static String quoted(TableId table) {
        return SqlIdentifier.quoted(table.schema(), table.name());
    }
}
