/**
 * Replays: events of the log are applied to the warehouse once more, beside the stream. In come a request and the log;
 * out go pieces for {@code apply}, and a report. It knows neither JDBC nor Kafka's types.
 */
@org.jspecify.annotations.NullMarked
package dev.idem.replay;
