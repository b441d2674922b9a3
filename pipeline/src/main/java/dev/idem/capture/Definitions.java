package dev.idem.capture;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.Version;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Numbers the tables' definitions.
 *
 * <p>Each distinct definition of a table gets the next number and is published before the first event that names it.
 * The numbers go on from those in the log, so a restart gives the same definition the same number.
 *
 * <p>The catalogue tells what a table is now; the stream may still be in the past. So a definition has the columns that
 * the stream has, described by the catalogue where it knows them, else by the table's last definition.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class Definitions {

    private final SourceCatalogue catalogue;
    private final Map<TableId, TableDefinition> latest = new HashMap<>();
    private final List<TableDefinition> unpublished = new ArrayList<>();

    /** With the definitions that the log holds, the older ones first. */
    Definitions(SourceCatalogue catalogue, List<TableDefinition> known) {
        this.catalogue = catalogue;
        known.forEach(definition -> latest.merge(
                definition.table(), definition, (old, young) -> young.number() > old.number() ? young : old));
    }

    /** Numbers a definition that is exact at a place. */
    synchronized TableDefinition register(TableDefinition asOfCatalogue, Version since) {
        Optional<TableDefinition> last = Optional.ofNullable(latest.get(asOfCatalogue.table()));
        if (last.isPresent() && last.get().describesSameAs(asOfCatalogue)) {
            return last.get();
        }
        TableDefinition numbered =
                asOfCatalogue.numbered(last.map(TableDefinition::number).orElse(0) + 1, since);
        latest.put(asOfCatalogue.table(), numbered);
        unpublished.add(numbered);
        return numbered;
    }

    /** The definition of a table as the catalogue has it now. */
    synchronized TableDefinition resolve(TableId table) {
        List<String> columns = catalogue
                .definition(table)
                .map(definition -> definition.columns().stream()
                        .map(ColumnDefinition::name)
                        .toList())
                .orElse(List.of());
        return resolve(table, columns);
    }

    /** The definition that fits rows with these columns, named in their order. */
    synchronized TableDefinition resolve(TableId table, List<String> streamColumns) {
        Optional<TableDefinition> last = Optional.ofNullable(latest.get(table));
        TableDefinition found = describe(table, streamColumns, last);
        if (last.isPresent() && last.get().describesSameAs(found)) {
            return last.get();
        }
        TableDefinition numbered =
                found.numbered(last.map(TableDefinition::number).orElse(0) + 1, found.since());
        latest.put(table, numbered);
        unpublished.add(numbered);
        return numbered;
    }

    /** Hands over the definitions that have to be published with the next events. */
    synchronized List<TableDefinition> takeUnpublished() {
        List<TableDefinition> taken = List.copyOf(unpublished);
        unpublished.clear();
        return taken;
    }

    private TableDefinition describe(TableId table, List<String> streamColumns, Optional<TableDefinition> last) {
        Optional<TableDefinition> now = catalogue.definition(table);
        TableDefinition basis = now.or(() -> last)
                .orElseThrow(() -> new PipelineException(
                        ErrorKind.SOURCE_UNFIT,
                        "table " + table + " has changes in the WAL but was dropped, and the log has no definition of"
                                + " it (expected: one of both)"));
        List<ColumnDefinition> columns = new ArrayList<>();
        for (ColumnDefinition column : basis.columns()) {
            if (column.generated() || streamColumns.contains(column.name())) {
                columns.add(column);
            }
        }
        streamColumns.stream()
                .filter(name -> basis.indexOf(name) < 0)
                .map(name -> gone(table, name, last))
                .forEach(columns::add);
        boolean keyIsThere =
                columns.stream().map(ColumnDefinition::name).toList().containsAll(basis.key());
        return new TableDefinition(
                table,
                1,
                basis.relation(),
                columns,
                keyIsThere ? basis.key() : last.map(TableDefinition::key).orElse(List.of()),
                basis.replicaIdentity(),
                basis.types());
    }

    private static ColumnDefinition gone(TableId table, String name, Optional<TableDefinition> last) {
        return last.filter(definition -> definition.indexOf(name) >= 0)
                .map(definition -> definition.columns().get(definition.indexOf(name)))
                .orElseThrow(() -> new PipelineException(
                        ErrorKind.SOURCE_UNFIT,
                        "column " + table + '.' + name + " has changes in the WAL but was dropped or renamed, and the"
                                + " log has no definition of it (expected: one of both)"));
    }
}
