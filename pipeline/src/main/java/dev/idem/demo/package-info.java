/**
 * A shop that sells, replicated before one's eyes: what the program does, and what it survives.
 *
 * <p>In come a duration and an empty directory; out go a picture on the terminal and a verdict. It must not know how
 * capture and sink work: it starts a pipeline as anyone would and looks at it from outside.
 */
@NullMarked
package dev.idem.demo;

import org.jspecify.annotations.NullMarked;
