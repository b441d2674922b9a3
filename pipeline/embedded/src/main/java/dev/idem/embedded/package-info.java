/**
 * Servers that Idem runs itself where no others are given: PostgreSQL and a Kafka broker, both on the loopback address.
 *
 * <p>In come a directory, a port and settings; out goes an address. Data stay in the directory and are found again by
 * the next start, whatever became of the last process. It must not know what the pipeline does with the servers.
 */
@NullMarked
package dev.idem.embedded;

import org.jspecify.annotations.NullMarked;
