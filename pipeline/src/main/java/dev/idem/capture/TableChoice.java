package dev.idem.capture;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.relation.ColumnsByCase;
import dev.idem.source.SourceDatabase;
import dev.idem.source.SourceEncoding;
import dev.idem.source.SourceSettings;
import dev.idem.source.SourceTable;
import dev.idem.source.SourceTables;
import dev.idem.source.TablePatterns;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the tables as the settings say.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TableChoice {

    private static final Logger LOG = LoggerFactory.getLogger(TableChoice.class);

    private final SourceDatabase source;
    private final SourceSettings settings;
    private final TablePatterns patterns;

    TableChoice(SourceDatabase source, SourceSettings settings) {
        this.source = source;
        this.settings = settings;
        this.patterns = new TablePatterns(settings.tables(), settings.excludedTables());
    }

    /**
     * The tables of now that can be replicated; what cannot is told.
     *
     * @throws PipelineException of kind SOURCE_UNFIT where there is none
     */
    List<SourceTable> tables() {
        List<SourceTable> chosen = SourceTables.chosen(source.connection(), settings);
        SourceEncoding.doubt(source.connection()).ifPresent(doubt -> LOG.warn("text may be changed: {}", doubt));
        for (SourceTable table : chosen) {
            table.obstacle()
                    .ifPresent(reason -> LOG.warn("table is left out table={} reason={}", table.table(), reason));
            table.warning()
                    .ifPresent(
                            reason -> LOG.warn("table is captured in part table={} reason={}", table.table(), reason));
        }
        List<SourceTable> tables =
                chosen.stream().filter(SourceTable::isReplicable).toList();
        if (tables.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.SOURCE_UNFIT,
                    "no table of " + settings.address() + " fits source.tables=" + settings.tables()
                            + " and source.exclude=" + settings.excludedTables() + " (expected: at least one)");
        }
        return tables;
    }

    /**
     * The names that the engine is told: those of now and those that the log knows, since the stream may still be where
     * one of these was not yet dropped.
     */
    Set<TableId> engineNames(Collection<TableId> now, Collection<TableDefinition> known) {
        Set<TableId> tables = new TreeSet<>(now);
        known.stream().map(TableDefinition::table).filter(patterns::choose).forEach(tables::add);
        Set<TableId> alike = ColumnsByCase.tables(source.connection());
        Set<TableId> names = new TreeSet<>();
        tables.forEach(table -> names.add(alike.contains(table) ? ColumnsByCase.alias(table) : table));
        return names;
    }
}
