/**
 * The source database as an ordinary session sees it: its settings, catalogue, types, publications, tables and slot.
 *
 * <p>Nothing here reads the WAL or knows Debezium.
 */
@NullMarked
package dev.idem.source;

import org.jspecify.annotations.NullMarked;
