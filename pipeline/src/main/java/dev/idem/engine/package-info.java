/**
 * The embedded Debezium engine, with what it must do otherwise: every value as PostgreSQL's own text, the relation
 * messages of the stream, and no offset of its own.
 */
@NullMarked
package dev.idem.engine;

import org.jspecify.annotations.NullMarked;
