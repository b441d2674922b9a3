/**
 * Speed and memory, measured on the whole product: real PostgreSQL, real Kafka, the pipeline, and a comparison behind
 * every run, since a fast wrong answer is no result.
 *
 * <p>In comes nothing, out go figures. No test asserts any of them.
 */
@NullMarked
package dev.idem.bench;

import org.jspecify.annotations.NullMarked;
