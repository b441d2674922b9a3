package dev.idem.verify;

/**
 * What became of the rows of a table that differed and were to be made right.
 *
 * @param repaired rows that are the same now
 * @param left rows that still differ
 */
public record Repair(long repaired, long left) {}
