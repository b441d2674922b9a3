/**
 * The shared vocabulary: what a change of a row is, how changes are ordered, and how they are written to the log.
 *
 * <p>In comes nothing; every other room speaks these words. It must not know Debezium, Kafka, JDBC or any setting: only
 * the JDK and one JSON parser are imported here.
 */
@NullMarked
package dev.idem.change;

import org.jspecify.annotations.NullMarked;
