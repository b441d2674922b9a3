/**
 * What the tables of the stream look like: pgoutput's relation messages, what the catalogue adds to them, and the
 * definitions that are published from both.
 *
 * <p>The stream tells a relation before its first change, so that a change is always read with the definition that it
 * was written under, whatever the catalogue says by then.
 *
 * <p><i>Source:</i> PostgreSQL, "Logical Replication Message Formats", Relation.
 */
@NullMarked
package dev.idem.relation;

import org.jspecify.annotations.NullMarked;
