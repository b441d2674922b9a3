package dev.idem.teeth;

import dev.idem.testing.Repository;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Copies the files that a patch changes, changes them, and compiles them against the classes as they are.
 *
 * <p><i>Threads:</i> immutable.
 *
 * @param directory for the copies
 */
record PatchedSources(Path directory) {

    /** Compiles into {@code classes}; what the compiler says where it refuses. */
    Optional<String> compile(DeliberateBug bug, Path classes) throws IOException {
        Files.createDirectories(classes);
        List<Path> sources = new ArrayList<>();
        for (SourcePatch patch : bug.patches()) {
            Path source = directory.resolve(patch.file());
            Files.createDirectories(source.getParent());
            Files.writeString(
                    source, patch.applyTo(Files.readString(Repository.root().resolve(patch.file()))));
            sources.add(source);
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-proc:none", "-nowarn", "-parameters", "-d", classes.toString(), "-cp", TestFork.classPath());
            boolean compiled = compiler.getTask(
                            said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            return compiled ? Optional.empty() : Optional.of(said.toString());
        }
    }
}
