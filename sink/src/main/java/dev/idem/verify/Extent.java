package dev.idem.verify;

/**
 * How much was compared.
 *
 * @param rows of the source
 * @param chunks each of which was compared by one digest; a table without a key is one
 */
record Extent(long rows, long chunks) {}
