package dev.idem.teeth;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A test that must catch a bug.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param testClass its class
 * @param method its method, without parameters
 * @param options system properties, each {@code name=value}
 */
record Catcher(String testClass, String method, List<String> options) {

    private static final List<String> MODULES = List.of("sink", "pipeline");

    Catcher {
        options = List.copyOf(options);
    }

    static Catcher of(String test, String options) {
        String[] parts = test.split("#", 2);
        return new Catcher(
                parts[0], parts[parts.length - 1], options.isBlank() ? List.of() : List.of(options.split(" ")));
    }

    /** The directory of the module that has the class; tests run in it. */
    Path module() {
        return MODULES.stream()
                .map(module -> Repository.root().resolve(module))
                .filter(module -> Files.exists(source(module)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(testClass + ": no such test class"));
    }

    /** Whether the class has such a test. */
    boolean exists() throws IOException {
        return Files.readString(source(module())).contains("\n    void " + method + "()");
    }

    private Path source(Path module) {
        return module.resolve("src/test/java").resolve(testClass.replace('.', '/') + ".java");
    }

    @Override
    public String toString() {
        return testClass.substring(testClass.lastIndexOf('.') + 1) + '#' + method;
    }
}
