package dev.idem.check;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.check.Finding.Remedy;
import dev.idem.sql.ExistingColumn;
import dev.idem.sql.SqlIdentifier;
import dev.idem.target.TableFit;
import dev.idem.target.TableFit.Obstacle;
import dev.idem.target.TableMapping;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Looks at the tables that stand in the warehouse where ours are, or will be made.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TargetTablesCheck {

    private final CheckedDatabase warehouse;
    private final String pipeline;
    private final TableMapping names;
    private final Findings findings;

    TargetTablesCheck(CheckedDatabase warehouse, String pipeline, TableMapping names, Findings findings) {
        this.warehouse = warehouse;
        this.pipeline = pipeline;
        this.names = names;
        this.findings = findings;
    }

    /** Only an empty table that can take what the source has can be taken over. */
    void run(Map<TableId, TableDefinition> tables) throws SQLException {
        Map<TableId, TableId> followed = followed();
        for (TableDefinition definition : tables.values()) {
            TableId place = names.of(definition.table());
            TableId standsAt = followed.get(definition.table());
            if (standsAt != null && standsAt.equals(place)) {
                continue;
            }
            List<List<String>> standing = warehouse.rows("""
                    select c.oid::text, pg_has_role(c.relowner, 'usage'), c.relkind in ('r', 'p')
                    from pg_class c
                    join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = ? and c.relname = ?
                    """, place.schema(), place.name());
            if (standsAt != null) {
                checkMove(standsAt, place, standing.isEmpty());
            } else if (!standing.isEmpty()) {
                checkForeign(definition, place, standing.get(0));
            }
        }
        if (!followed.isEmpty()) {
            findings.ok("the warehouse follows " + followed.size() + " tables already");
        }
    }

    private void checkMove(TableId from, TableId to, boolean isFree) {
        if (isFree) {
            findings.ok("table " + from + " is renamed to " + to + " at the next start, as the settings map it now");
        } else {
            findings.fail(
                    "table " + from + " is to be renamed to " + to + ", a name that is taken (expected: a free one)",
                    Remedy.act("rename or drop what stands there, or map the table to another name"));
        }
    }

    /** The tables that the pipeline follows, and where they stand. */
    private Map<TableId, TableId> followed() throws SQLException {
        Map<TableId, TableId> followed = new TreeMap<>();
        String schema = WarehouseCheck.CONTROL_SCHEMA;
        boolean isReadable = WarehouseCheck.exists(warehouse, schema)
                && warehouse.isTrue("select has_schema_privilege(?, 'usage')", schema)
                && warehouse.isTrue(
                        "select coalesce(has_table_privilege(to_regclass('idem.target'), 'select'), false)");
        if (isReadable) {
            boolean knowsPlaces = warehouse.isTrue("""
                    select exists (
                      select from pg_attribute
                      where attrelid = to_regclass('idem.target') and attname = 'target_table')""");
            String place = knowsPlaces ? "target_schema, target_table" : "source_schema, source_table";
            warehouse
                    .rows(
                            "select source_schema, source_table, " + place + " from idem.target where pipeline = ?",
                            pipeline)
                    .forEach(row ->
                            followed.put(new TableId(row.get(0), row.get(1)), new TableId(row.get(2), row.get(3))));
        }
        return followed;
    }

    private void checkForeign(TableDefinition definition, TableId place, List<String> standing) throws SQLException {
        String quoted = SqlIdentifier.quoted(place.schema(), place.name());
        String name = "table " + place;
        Remedy drop = new Remedy(List.of("drop table " + quoted), "or rename it; the first run makes it anew");
        if (!standing.get(2).equals("t")) {
            findings.fail(
                    "the name " + place + " is taken by something that is no table",
                    Remedy.act("rename or drop it, or map the table to another name"));
        } else if (!standing.get(1).equals("t")) {
            findings.fail(name + " exists and belongs to another role", drop);
        } else if (warehouse.isTrue("select exists (select from " + quoted + ")")) {
            findings.fail(name + " exists with rows that are not ours (expected: none)", drop);
        } else {
            List<Obstacle> obstacles = TableFit.obstacles(definition, columns(quoted));
            if (obstacles.isEmpty()) {
                findings.ok(name + " exists, is empty and fits: it is taken over");
            } else {
                findings.fail(
                        name + " exists and cannot take what the source has: "
                                + obstacles.stream().map(Obstacle::text).collect(Collectors.joining("; ")),
                        new Remedy(
                                List.of("alter table " + quoted + " "
                                        + obstacles.stream()
                                                .map(Obstacle::remedy)
                                                .collect(Collectors.joining(", "))),
                                "or drop or rename it; the first run makes it anew"));
            }
        }
    }

    private List<ExistingColumn> columns(String quoted) throws SQLException {
        return warehouse.rows(ExistingColumn.QUERY, quoted).stream()
                .map(row -> new ExistingColumn(
                        row.get(0),
                        row.get(1),
                        row.get(2).equals("t"),
                        row.get(3).equals("t"),
                        row.get(4).equals("t"),
                        row.get(5).equals("t")))
                .toList();
    }
}
