/**
 * What must hold before a pipeline runs, looked at before it does.
 *
 * <p>In come the settings of the rooms; out go findings, each failure with the statement that mends it. It changes
 * nothing on any server. It must not start a part of the pipeline.
 */
@NullMarked
package dev.idem.check;

import org.jspecify.annotations.NullMarked;
