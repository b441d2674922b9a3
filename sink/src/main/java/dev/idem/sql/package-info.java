/**
 * The only place that writes SQL for replicated tables.
 *
 * <p>In come descriptions of target tables, out go statements as text. Pure: it must know neither JDBC nor Kafka.
 */
@NullMarked
package dev.idem.sql;

import org.jspecify.annotations.NullMarked;
