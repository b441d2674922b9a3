/**
 * A model of the warehouse in memory, behind JDBC: what the statements of the sink do, told again in Java.
 *
 * <p>The sink runs on it unchanged, so that a simulation can run thousands of histories in seconds and break any call.
 * The model knows the statements by their shape and refuses all others. That it says the same as PostgreSQL is tested
 * by giving both the same changes.
 */
@NullMarked
package dev.idem.testing.memory;

import org.jspecify.annotations.NullMarked;
