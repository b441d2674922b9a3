/**
 * Puts changes together to whole source transactions and gives each its ordinal.
 *
 * <p>In come encoded changes between the BEGIN and the END of one transaction; out go whole transactions with the LSN
 * of their commit. A transaction too large for memory is spilled to a file, which is no durable state: after a crash
 * the server sends the whole transaction again. It must not know Debezium, Kafka or JDBC.
 */
@NullMarked
package dev.idem.assemble;

import org.jspecify.annotations.NullMarked;
