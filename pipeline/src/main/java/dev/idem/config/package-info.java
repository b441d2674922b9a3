/**
 * What a person may set, and how it is read: file before environment before flags, everything checked at once.
 *
 * <p>In come a properties file, the environment and flags; out goes {@link Settings}, immutable records with one part
 * for each side of the pipeline. It must not know what the parts do with it.
 */
@NullMarked
package dev.idem.config;

import org.jspecify.annotations.NullMarked;
