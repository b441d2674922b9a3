/**
 * From the log to changes in the source's order, cut by cut.
 *
 * <p>In come records of Kafka; out go changes and definitions. Kafka's types end here.
 */
@NullMarked
package dev.idem.consume;

import org.jspecify.annotations.NullMarked;
