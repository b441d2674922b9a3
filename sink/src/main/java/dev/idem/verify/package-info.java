/**
 * Compares the source with the warehouse, value by value, while both are in use.
 *
 * <p>In come the addresses of both databases and the names of tables; out goes what differs, counted, and one sentence.
 * It only reads. It must not know Kafka, nor how changes are applied: it sees what any reader sees.
 */
@NullMarked
package dev.idem.verify;

import org.jspecify.annotations.NullMarked;
