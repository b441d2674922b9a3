/**
 * Decides from where the source's WAL is streamed, and turns what the engine brings, and what snapshots read, into
 * changes.
 *
 * <p>In come the source's changes; out go encoded changes to {@code assemble} and whole transactions to
 * {@code publish}. Debezium's and Kafka Connect's types end here. The saved offset is the log's last cut and nothing
 * else: the engine never finds an offset at its start and streams from the slot's {@code confirmed_flush_lsn}, and
 * transactions that the last cut contains are dropped whole.
 */
@NullMarked
package dev.idem.capture;

import org.jspecify.annotations.NullMarked;
