package dev.idem.verify;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableDefinitionCodec;
import dev.idem.change.TableId;
import dev.idem.error.PipelineException;
import dev.idem.sql.MetadataColumns;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Compares the source with the warehouse, table by table.
 *
 * <p><i>Threads:</i> one thread, one use.
 */
public final class Verifier {

    /*
     * Both databases may be written to meanwhile, so no moment exists at which they could be compared. What can be had:
     *
     * 1. Whatever was committed at the source before a position P stands in the warehouse once the warehouse's position
     *    is at or beyond P.
     * 2. So a row is read on both sides; where it differs, the source's position P is taken, which lies behind what was
     *    read; the warehouse is waited for; and the row is read again. If the source's row was not written in between
     *    (it has the same xmin), the warehouse must have it now.
     * 3. A row that was written in between starts over, a bounded number of times. It is counted as following where the
     *    warehouse shows what an earlier look saw at the source.
     *
     * So that the position moves on an idle source, too, an empty message is put into its WAL; CatchUpRule tells when
     * waiting is over.
     */

    private final VerifySettings settings;
    private final Optional<RepairSettings> repair;

    /** A comparison that has not begun, and will only look. */
    public Verifier(VerifySettings settings) {
        this(settings, Optional.empty());
    }

    /** A comparison that has not begun, and will have made right what differs, where that is wanted. */
    public Verifier(VerifySettings settings, Optional<RepairSettings> repair) {
        this.settings = settings;
        this.repair = repair;
    }

    /**
     * Compares everything.
     *
     * @param compared is told each table's result as soon as it is there
     * @throws PipelineException where a database cannot be reached or is lost; what concerns one table alone stands in
     *     its result
     */
    public Verification verify(Consumer<TableResult> compared) {
        try (Databases databases = Databases.open(settings)) {
            CatchUp catchUp = new CatchUp(databases, settings);
            Map<TableId, Followed> followed = followed(databases.warehouse());
            List<TableResult> results = new ArrayList<>();
            for (TableId table : chosen(followed.keySet())) {
                TableResult result = compare(table, Optional.ofNullable(followed.get(table)), databases, catchUp);
                results.add(result);
                compared.accept(result);
            }
            return new Verification(results);
        }
    }

    private Set<TableId> chosen(Set<TableId> followed) {
        Set<TableId> chosen = new LinkedHashSet<>();
        if (settings.scope() == VerifySettings.Scope.FOLLOWED) {
            chosen.addAll(followed);
        }
        chosen.addAll(settings.tables());
        return chosen;
    }

    /**
     * A table that the warehouse follows.
     *
     * @param place its name in the warehouse
     * @param key the columns by which the warehouse tells rows apart
     */
    private record Followed(TableId place, List<String> key) {}

    private Map<TableId, Followed> followed(ComparedDatabase warehouse) {
        String doing = "reading which tables the warehouse follows";
        Map<TableId, Followed> followed = new TreeMap<>();
        boolean isThere = warehouse
                .list(doing, "select to_regclass('idem.target') is not null", List.of(), row -> row.getBoolean(1))
                .get(0);
        if (isThere) {
            TableDefinitionCodec codec = new TableDefinitionCodec();
            warehouse.each(
                    doing,
                    "select definition_json::text, target_schema, target_table from idem.target where pipeline = ?",
                    List.of(settings.pipeline()),
                    row -> {
                        TableDefinition definition =
                                codec.decode(row.getString(1).getBytes(StandardCharsets.UTF_8));
                        followed.put(
                                definition.table(),
                                new Followed(new TableId(row.getString(2), row.getString(3)), definition.key()));
                    });
        }
        return followed;
    }

    private Set<TableId> parked(ComparedDatabase warehouse) {
        String doing = "reading which tables wait";
        boolean isThere = warehouse
                .list(doing, "select to_regclass('idem.parked') is not null", List.of(), row -> row.getBoolean(1))
                .get(0);
        return isThere
                ? Set.copyOf(warehouse.list(
                        doing,
                        "select source_schema, source_table from idem.parked where pipeline = ?",
                        List.of(settings.pipeline()),
                        row -> new TableId(row.getString(1), row.getString(2))))
                : Set.of();
    }

    private TableResult compare(TableId table, Optional<Followed> followed, Databases databases, CatchUp catchUp) {
        try {
            if (parked(databases.warehouse()).contains(table)) {
                return TableResult.notCompared(
                        table, "it waits in the warehouse, paused or parked, and is behind; resume it first");
            }
            Optional<Shape> source = new ShapeCatalogue(databases.source()).shape(table, settings.publication());
            TableId place = followed.map(Followed::place)
                    .orElseGet(() -> settings.names().apply(table));
            Optional<Shape> warehouse = new ShapeCatalogue(databases.warehouse()).shape(place);
            if (source.isEmpty() || warehouse.isEmpty()) {
                return TableResult.notCompared(table, absence(source.isEmpty(), warehouse.isEmpty()));
            }
            List<String> key =
                    followed.map(Followed::key).orElseGet(() -> source.get().key());
            boolean hasKey = source.get().columns().keySet().containsAll(key)
                    && key.stream()
                            .map(MetadataColumns::warehouseName)
                            .allMatch(warehouse.get().columns()::containsKey);
            if (!hasKey) {
                return TableResult.notCompared(table, "one side lacks a column of the key " + key);
            }
            TablePair pair = TablePair.of(table, place, source.get(), warehouse.get(), key);
            TableComparison comparison = new TableComparison(pair, databases, catchUp, settings);
            return followed.isPresent() && repair.isPresent() ? comparison.run(repair.get()) : comparison.run();
        } catch (PipelineException e) {
            if (Side.SOURCE.isLost(e.kind()) || Side.WAREHOUSE.isLost(e.kind())) {
                throw e;
            }
            return TableResult.notCompared(table, "could not be compared: " + e.getMessage());
        }
    }

    private static String absence(boolean atSource, boolean inWarehouse) {
        if (atSource && inWarehouse) {
            return "no such table on either side";
        }
        return atSource ? "no such table at the source" : "no such table in the warehouse";
    }
}
