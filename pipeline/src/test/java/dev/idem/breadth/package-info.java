/**
 * Breadth that nobody wrote by hand: a database generated from a seed and changed at random, its schema too, and a
 * database with the shapes of PostgreSQL's own regression tests. What comes out must be equal value by value.
 */
@NullMarked
package dev.idem.breadth;

import org.jspecify.annotations.NullMarked;
