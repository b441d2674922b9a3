/**
 * Writes whole source transactions to Kafka, exactly once.
 *
 * <p>In come transactions and snapshot rows, encoded; out go Kafka transactions, each of them whole source transactions
 * with one progress record, which is the capture's only saved offset. Kafka's types end here on the capture's side. It
 * must not know Debezium or JDBC.
 */
@NullMarked
package dev.idem.publish;

import org.jspecify.annotations.NullMarked;
