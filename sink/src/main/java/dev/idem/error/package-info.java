/**
 * What can go wrong, and what is done about it.
 *
 * <p>In come failures of any room; out goes one exception type with a kind, and for each kind one answer: try again,
 * stop, or set the row aside. It must not know which room asks.
 */
@NullMarked
package dev.idem.error;

import org.jspecify.annotations.NullMarked;
