/**
 * Real servers that a test starts, kills, starts again and throws away.
 *
 * <p>In comes a version or nothing; out goes an address. It must not know the pipeline: the tests of every module use
 * it.
 */
@NullMarked
package dev.idem.testing;

import org.jspecify.annotations.NullMarked;
