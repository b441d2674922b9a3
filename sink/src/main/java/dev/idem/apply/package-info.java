/**
 * One warehouse transaction for one or several cuts: the rows, the deletes, the position.
 *
 * <p>In come reduced states; out go statements and counts of what changed. JDBC's types end here. It must not know
 * Kafka.
 */
@NullMarked
package dev.idem.apply;

import org.jspecify.annotations.NullMarked;
