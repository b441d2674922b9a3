/**
 * Where a pipeline stands: one model for the command line, the HTTP interface, the metrics and the page.
 *
 * <p>In come readings of source, log, warehouse and of the running parts; out goes
 * {@link dev.idem.status.PipelineStatus}. It must not know who asks, nor open connections of its own.
 */
@NullMarked
package dev.idem.status;

import org.jspecify.annotations.NullMarked;
