package dev.idem.crash;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells which calls leave the process: all of the libraries by which servers and files are reached, except those that
 * {@code local-calls.txt} names. So a call that nobody has thought of is an outward one until it is said not to be.
 *
 * <p><i>Threads:</i> immutable.
 */
final class OutwardCalls {

    private static final List<String> LIBRARIES = List.of(
            "java/sql/",
            "java/net/",
            "java/nio/file/",
            "java/nio/channels/",
            "java/io/File",
            "java/io/RandomAccessFile",
            "org/postgresql/",
            "org/jdbi/",
            "org/flywaydb/",
            "org/apache/kafka/clients/",
            "org/apache/kafka/common/KafkaFuture",
            "io/debezium/");
    private static final String ANY = "*";

    /** The local methods of each type, by its internal name; {@code bind*} stands for all that begin so. */
    private final Map<String, Set<String>> local = new HashMap<>();

    private OutwardCalls() {}

    /** As the list in the test tree says it: a type and its local methods a line. */
    static OutwardCalls load() {
        OutwardCalls calls = new OutwardCalls();
        for (String line : ListFile.lines("local-calls.txt")) {
            List<String> words = List.of(line.split(" +"));
            calls.local
                    .computeIfAbsent(words.get(0).replace('.', '/'), type -> new HashSet<>())
                    .addAll(words.subList(1, words.size()));
        }
        return calls;
    }

    /** Whether this method of this type, by its internal name, reaches out. */
    boolean contains(String type, String method) {
        return LIBRARIES.stream().anyMatch(type::startsWith) && !isLocal(type, method);
    }

    private boolean isLocal(String type, String method) {
        if (method.equals("<init>")) {
            return true;
        }
        return local.getOrDefault(type, Set.of()).stream()
                .anyMatch(name -> name.endsWith(ANY)
                        ? method.startsWith(name.substring(0, name.length() - 1))
                        : method.equals(name));
    }
}
