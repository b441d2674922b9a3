package dev.idem.apply;

import dev.idem.change.TableId;

/**
 * A table that could not go on.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param table its name
 * @param cut the last cut that it has
 * @param logOffset the offset of the next record that it reads of the topic of the cuts
 * @param attempts how often it was tried again in vain
 */
record ParkedTable(TableId table, long cut, long logOffset, int attempts) {}
