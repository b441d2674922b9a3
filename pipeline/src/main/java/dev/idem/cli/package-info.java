/**
 * The program's commands: what a person types, and how failures are told.
 *
 * <p>In come arguments; out go data on standard output, progress and logs on standard error, and an exit code: 0 done,
 * 1 failed, 2 the arguments or settings are wrong. It must not hold what the commands do: that is {@code process}.
 */
@NullMarked
package dev.idem.cli;

import org.jspecify.annotations.NullMarked;
