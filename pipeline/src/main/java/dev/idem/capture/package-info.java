/**
 * Reads the source's WAL through the embedded Debezium engine and decides from where.
 *
 * <p>In come the source's changes; out go encoded changes to {@code assemble} and whole transactions to
 * {@code publish}. Debezium's and Kafka Connect's types end here. The saved offset is the log's last cut and nothing
 * else: the engine never finds an offset at its start and streams from the slot's {@code confirmed_flush_lsn}, and
 * transactions that the last cut contains are dropped whole.
 */
@NullMarked
package dev.idem.capture;

import org.jspecify.annotations.NullMarked;
