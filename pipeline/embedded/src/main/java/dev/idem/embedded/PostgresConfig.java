package dev.idem.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How an embedded PostgreSQL is to run.
 *
 * @param directory where its data, its password and its log stay
 * @param binaries which PostgreSQL
 * @param binariesDirectory where its programs are unpacked; several servers may share it
 * @param port where it listens on the loopback address; 0 for any free port
 * @param settings server settings beyond, or instead of, ours
 */
public record PostgresConfig(
        Path directory, PostgresBinaries binaries, Path binariesDirectory, int port, Map<String, String> settings) {

    /* Durable as a real server, or a test of a crash proves nothing; ready for logical decoding. */
    private static final Map<String, String> OURS = Map.ofEntries(
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("wal_level", "logical"),
            Map.entry("max_replication_slots", "100"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_connections", "100"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("shared_buffers", "128MB"),
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("logging_collector", "off"),
            Map.entry("log_checkpoints", "off"));

    public PostgresConfig {
        directory = directory.toAbsolutePath().normalize();
        binariesDirectory = binariesDirectory.toAbsolutePath().normalize();
        settings = Map.copyOf(settings);
    }

    /** The program's own PostgreSQL in a directory of its own, its programs beside it. */
    public static PostgresConfig in(Path directory) {
        Path whole = directory.toAbsolutePath().normalize();
        Path parent = whole.getParent();
        return new PostgresConfig(
                whole,
                PostgresBinaries.onClassPath(),
                (parent == null ? whole : parent).resolve("postgres"),
                0,
                Map.of());
    }

    public PostgresConfig onPort(int wanted) {
        return new PostgresConfig(directory, binaries, binariesDirectory, wanted, settings);
    }

    public PostgresConfig with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(more);
        return new PostgresConfig(directory, binaries, binariesDirectory, port, all);
    }

    /** Ours, overlaid with the given. */
    Map<String, String> effectiveSettings() {
        Map<String, String> all = new TreeMap<>(OURS);
        all.putAll(settings);
        return all;
    }
}
