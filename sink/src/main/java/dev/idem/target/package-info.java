/**
 * The warehouse's tables: what they look like, how they come to be and how they follow the source's definition.
 *
 * <p>In come table definitions of the log; out go target tables that fit them. It must not know Kafka.
 */
@NullMarked
package dev.idem.target;

import org.jspecify.annotations.NullMarked;
