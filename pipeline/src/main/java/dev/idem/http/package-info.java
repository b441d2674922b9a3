/**
 * What a running process tells and takes over HTTP: health, metrics, status, actions, and the page for operators.
 *
 * <p>In come requests; out go answers made of {@link dev.idem.status.PipelineStatus}, and orders that the warehouse
 * keeps. It must not know how the pipeline is put together. docs/openapi.yaml describes it.
 */
@NullMarked
package dev.idem.http;

import org.jspecify.annotations.NullMarked;
