/**
 * A whole pipeline in one process: which parts run, and how they are put together.
 *
 * <p>In come settings, out goes a running pipeline and what it says of itself. Everything that is wired is wired here;
 * no other room makes the parts of another.
 */
@NullMarked
package dev.idem.process;

import org.jspecify.annotations.NullMarked;
