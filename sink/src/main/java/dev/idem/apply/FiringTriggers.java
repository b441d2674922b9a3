package dev.idem.apply;

import dev.idem.sql.TargetTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Foreign keys and triggers of target tables that fire because our role may not turn them off for its sessions: what a
 * trigger or a cascade does, the source did already.
 *
 * <p><i>Threads:</i> one thread.
 *
 * <p><i>Source:</i> PostgreSQL, {@code session_replication_role}.
 */
final class FiringTriggers {

    private static final Logger LOG = LoggerFactory.getLogger(FiringTriggers.class);

    private final boolean fire;
    private final Set<TargetTable> seen = new HashSet<>();

    private FiringTriggers(boolean fire) {
        this.fire = fire;
    }

    static FiringTriggers of(Handle handle) {
        return new FiringTriggers(handle.createQuery("select current_setting('session_replication_role') <> 'replica'")
                .mapTo(Boolean.class)
                .one());
    }

    /** Warns of the table's triggers, once. */
    void warn(Handle handle, TargetTable table) {
        if (!fire || !seen.add(table)) {
            return;
        }
        List<String> names = handle.createQuery("""
                        select coalesce(c.conname, t.tgname)::text
                        from pg_trigger t
                        join pg_class r on r.oid = t.tgrelid
                        join pg_namespace n on n.oid = r.relnamespace
                        left join pg_constraint c on c.oid = t.tgconstraint
                        where n.nspname = :schema and r.relname = :table and t.tgenabled not in ('D', 'R')
                        group by 1
                        order by 1""")
                .bind("schema", table.schema())
                .bind("table", table.name())
                .mapTo(String.class)
                .list();
        if (!names.isEmpty()) {
            LOG.warn(
                    "foreign keys and triggers of the warehouse fire table={} names={} remedy=\"grant set on parameter"
                            + " session_replication_role to the role (PostgreSQL 15), or disable them\"",
                    table,
                    names);
        }
    }
}
