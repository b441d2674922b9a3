/**
 * From many changes to the one state that each key ends in.
 *
 * <p>In come changes in the source's order; out go states of keys, a join-semilattice: whatever the order, repetition
 * or batching, equal sets of changes give equal states. Pure: it must know neither Kafka nor JDBC nor a clock.
 */
@NullMarked
package dev.idem.reduce;

import org.jspecify.annotations.NullMarked;
