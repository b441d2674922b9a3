/**
 * Crash points: every call by which the pipeline reaches a server or a file, by name, and trials that strike there.
 *
 * <p>In comes the program's own bytecode; out goes whether it recovers wherever a process dies, a call fails, hangs, or
 * fails though it was done. The program has no hooks for this: an agent weaves the blows into the calls of a JVM that
 * is started for a trial.
 */
@NullMarked
package dev.idem.crash;

import org.jspecify.annotations.NullMarked;
