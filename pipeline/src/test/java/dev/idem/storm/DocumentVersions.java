package dev.idem.storm;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What versions the archive's documents had when they were looked at.
 *
 * <p><i>Threads:</i> one thread.
 */
final class DocumentVersions {

    /** The version as a text that sorts. */
    private static final String VERSIONS = """
            select id, title = '%s', idem.version_text(_idem_epoch, _idem_lsn, _idem_seq)
            from %s""".formatted(Archive.ROLLED_BACK, Archive.TABLE);

    private final Map<Long, String> highest = new HashMap<>();
    private final Set<Long> gone = new HashSet<>();

    /** What stands there now and must not. */
    List<String> look(Statement statement) throws SQLException {
        List<String> violations = new ArrayList<>();
        Set<Long> missing = new HashSet<>(highest.keySet());
        try (ResultSet row = statement.executeQuery(VERSIONS)) {
            while (row.next()) {
                long id = row.getLong(1);
                missing.remove(id);
                if (row.getBoolean(2)) {
                    violations.add("document " + id + " was rolled back at the source");
                }
                judge(id, row.getString(3), violations);
            }
        }
        gone.addAll(missing);
        return violations;
    }

    private void judge(long id, String version, List<String> violations) {
        String before = highest.getOrDefault(id, "");
        boolean wasGone = gone.remove(id);
        if (version.compareTo(before) < 0 || wasGone && version.equals(before)) {
            violations.add("document " + id + (wasGone ? " is back with " : " fell to ") + version + " from " + before);
        } else {
            highest.put(id, version);
        }
    }
}
