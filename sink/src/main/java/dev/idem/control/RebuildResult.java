package dev.idem.control;

import dev.idem.change.TableId;

/**
 * What came of a rebuild.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table the table, by its name at the source
 * @param fromCut the first cut that was read
 * @param toCut the last cut; the table is as of that
 * @param seen events read
 * @param rebuilt what became of its rows
 */
public record RebuildResult(TableId table, long fromCut, long toCut, long seen, RebuiltTable rebuilt) {}
