package dev.idem.config;

import dev.idem.apply.OnTableFailure;
import dev.idem.target.TargetSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a person may set, checked.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param name names topics, slot, publication and pipeline
 * @param dataDirectory for spill files and embedded servers
 * @param effective every setting with its value and where it was written, secrets hidden, for display
 */
public record Settings(
        String name,
        Role role,
        Path dataDirectory,
        SourceSettings source,
        KafkaSettings kafka,
        TopicSettings topic,
        DatabaseSettings warehouse,
        CaptureSettings capture,
        ApplySettings apply,
        HttpSettings http,
        VerificationSettings verification,
        LogFormat logFormat,
        List<Given> effective) {

    /** Which half of the pipeline the process runs. */
    public enum Role {
        ALL,
        CAPTURE,
        SINK;

        public boolean captures() {
            return this != SINK;
        }

        public boolean applies() {
            return this != CAPTURE;
        }
    }

    /** How the process writes its log. */
    public enum LogFormat {
        TEXT,
        JSON
    }

    /**
     * A PostgreSQL server.
     *
     * @param url empty for the embedded server, and where the role of the process needs none
     * @param embeddedPort of the embedded server; 0 for the one of the last start, or any
     */
    public record DatabaseSettings(Optional<String> url, String user, Secret password, int embeddedPort) {}

    /**
     * What is captured and how it is found.
     *
     * @param tables patterns {@code schema.table}, {@code *} for any characters
     * @param exclude patterns of what is left out, which win
     * @param heartbeat how often an idle source is asked for its position
     * @param walWarningBytes WAL retained for the slot above which a warning is given
     */
    public record SourceSettings(
            DatabaseSettings database,
            List<String> tables,
            List<String> exclude,
            String slot,
            String publication,
            Duration heartbeat,
            long walWarningBytes) {}

    /**
     * Kafka's clients.
     *
     * @param bootstrapServers empty for the embedded broker
     * @param common options of every client, without {@code bootstrap.servers}
     * @param producer options of producers alone
     * @param consumer options of consumers alone
     * @param embeddedPort of the embedded broker; 0 for the one of the last start, or any
     */
    public record KafkaSettings(
            Optional<String> bootstrapServers,
            Map<String, String> common,
            Map<String, String> producer,
            Map<String, String> consumer,
            int embeddedPort) {

        /** Names no option's value: some are secrets. */
        @Override
        public String toString() {
            return "KafkaSettings[" + bootstrapServers.orElse(Keys.EMBEDDED) + "]";
        }
    }

    /**
     * The topics that the capture makes.
     *
     * @param replicationFactor {@link #BROKER_DEFAULT} leaves it to the broker
     * @param maxEventBytes the largest event that may go to a topic
     */
    public record TopicSettings(int partitions, int replicationFactor, Retention retention, int maxEventBytes) {
        /** The broker decides. */
        public static final int BROKER_DEFAULT = -1;

        /**
         * How long a topic keeps events.
         *
         * @param limit empty for ever
         */
        public record Retention(Optional<Duration> limit) {}
    }

    /**
     * The capture.
     *
     * @param spillThresholdBytes how much of one transaction may stand in memory
     * @param maxBatch how many changes the engine hands over at once
     * @param engine the engine's own options, without their prefix
     */
    public record CaptureSettings(
            OnNewHistory onNewHistory, long spillThresholdBytes, int maxBatch, Map<String, String> engine) {

        /** What to do when the source's WAL is not the one that the log knows. */
        public enum OnNewHistory {
            STOP,
            RESYNC
        }

        /** Names no option's value: some may be secrets. */
        @Override
        public String toString() {
            return "CaptureSettings[" + onNewHistory + ", engine options " + engine.keySet() + "]";
        }
    }

    /**
     * The HTTP interface.
     *
     * @param host where it listens
     * @param port empty where there is none
     * @param token that clients must show; empty for none
     * @param tls empty where it speaks in clear
     */
    public record HttpSettings(String host, Optional<Integer> port, Secret token, Optional<TlsFiles> tls) {

        /**
         * A port, or none.
         *
         * @param number 0 for any that is free
         */
        record HttpPort(Optional<Integer> number) {}
    }

    /**
     * How the running process compares source and warehouse by itself.
     *
     * @param interval in which each table is compared once; empty where none is
     * @param rowsPerSecond how many rows it looks at in a second on average
     * @param statementTimeout of each statement on either side
     * @param onDifference what it does about rows that differ
     */
    public record VerificationSettings(
            Optional<Duration> interval, int rowsPerSecond, Duration statementTimeout, OnDifference onDifference) {

        /** What is done about rows that differ. */
        public enum OnDifference {
            /** They are told, and left as they are. */
            REPORT,
            /** They are read anew at the source. */
            REPAIR
        }

        /** A time, or none. */
        record Interval(Optional<Duration> time) {}
    }

    /**
     * How changes are written to the warehouse.
     *
     * @param maxRows in one statement
     * @param maxBytes of values held before they are written
     * @param maxCuts in one transaction
     * @param onTableFailure what is done where one table cannot go on
     * @param targets how the warehouse's tables follow those of the source
     * @param tombstonePurge whether deletes are forgotten that the log can no longer undo
     */
    public record ApplySettings(
            int maxRows,
            long maxBytes,
            int maxCuts,
            OnTableFailure onTableFailure,
            TargetSettings targets,
            Purge tombstonePurge) {

        /**
         * Whether deletes are forgotten.
         *
         * @param interval how often it is looked for them; empty where all are kept
         */
        public record Purge(Optional<Duration> interval) {}
    }
}
