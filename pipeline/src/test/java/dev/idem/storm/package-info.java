/**
 * The whole product under load while parts of it die: the Idem process, the servers, the connections between them.
 *
 * <p>In comes a seed; out goes whether every table ended equal and whether a reader ever saw a transaction in half. It
 * must not know how Idem works: all it uses is the program, PostgreSQL and {@code idem.progress}.
 */
@NullMarked
package dev.idem.storm;

import org.jspecify.annotations.NullMarked;
