/**
 * The pipeline from the assembler to the warehouse in one thread, on a simulated source, log and warehouse.
 *
 * <p>In comes a schedule of steps made from a seed; out goes whether an invariant broke. What decides is the code of
 * the product: start rules, assembler, stream publisher, publisher, cut reader, reducer and the whole of the sink down
 * to JDBC. What is simulated are PostgreSQL's WAL and slot, Kafka's brokers and clients, and the warehouse's SQL. Any
 * call to these can fail, before or behind its effect, kill its process, or let another process come in between.
 */
@NullMarked
package dev.idem.simulation;

import org.jspecify.annotations.NullMarked;
