package dev.idem.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to run a server on a directory, held by one process at a time.
 *
 * <p>The kernel takes it back when the process dies, however it dies, so a lock is never left behind.
 */
final class DirectoryLock implements AutoCloseable {
    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Fails: with the directory's name where another process, or another server of this one, holds the lock. */
    static DirectoryLock on(Path directory) {
        FileChannel channel = open(directory.resolve("lock"));
        if (tryLock(channel) == null) {
            close(channel);
            throw new EmbeddedServerException(
                    "another process runs a server on " + directory + ": stop it, or choose another idem.data-dir");
        }
        return new DirectoryLock(channel);
    }

    @Override
    public void close() {
        close(channel);
    }

    private static FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot write " + file, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot lock a server's directory", e);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot release a server's directory", e);
        }
    }
}
