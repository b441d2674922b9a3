package dev.idem.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who PostgreSQL's programs run as, because they refuse to run as root.
 *
 * <p>An ordinary user runs them plainly. Root runs them in a user namespace of their own, where root is nobody and the
 * files still belong to it; where the system forbids such namespaces, as the user nobody, who must then own the files.
 */
enum ServerUser {
    /** As the user that runs this process. */
    SAME(List.of()),
    /** As root under a name that is not root. */
    NAMESPACE(List.of("unshare", "-U")),
    /** As nobody. */
    NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

    private final List<String> prefix;

    ServerUser(List<String> prefix) {
        this.prefix = prefix;
    }

    /** Fails: as root on a system where neither way works, with what to do about it. */
    static ServerUser find() {
        if (!isRoot()) {
            return SAME;
        }
        if (works(NAMESPACE)) {
            return NAMESPACE;
        }
        if (works(NOBODY)) {
            return NOBODY;
        }
        throw new EmbeddedServerException(
                "PostgreSQL refuses to run as root, and neither `unshare -U` nor `setpriv` works"
                        + " here: start Idem as an ordinary user, or name servers of your own in source.url and warehouse.url");
    }

    /** The command as this user gives it. */
    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /** Gives the user a directory and all that is in it, where it must own them. */
    void own(Path directory) {
        if (this == NOBODY && !succeeds(List.of("chown", "-R", "65534:65534", directory.toString()))) {
            throw new EmbeddedServerException(
                    "cannot give " + directory + " to the user nobody, as whom PostgreSQL runs");
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean works(ServerUser user) {
        return succeeds(user.command(List.of("true")));
    }

    private static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notInstalled) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("interrupted while looking for a way to start PostgreSQL", e);
        }
    }
}
