/**
 * The warehouse as a database: its sessions, what a failure of it means, and who writes in it up to which position.
 *
 * <p>JDBC's types are at home here and in {@code apply} and {@code target}, which build upon it.
 */
@NullMarked
package dev.idem.warehouse;

import org.jspecify.annotations.NullMarked;
