package dev.idem.target;

import dev.idem.change.TableDefinition;
import dev.idem.change.TypeDefinition;
import dev.idem.change.TypeDefinition.Changing;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.ExtensionType;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.sql.SqlIdentifier;
import dev.idem.sql.TypeChangeSql;
import dev.idem.sql.TypeSql;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the schemas and types that tables need before the tables are made.
 *
 * <p>Each statement is committed at once, in a session of its own: a label that is added to an enumeration can be used
 * only behind a commit, and what is added here harms nobody where the caller's transaction is rolled back.
 *
 * <p><i>Threads:</i> one thread.
 */
final class TargetTypes {

    private static final Logger LOG = LoggerFactory.getLogger(TargetTypes.class);
    private static final String LONGEST_WAIT = "set lock_timeout = '10s'";

    private final Supplier<Handle> sessions;
    private final FollowedTypes followed;

    /** With what opens a session, and what is known of the types that the warehouse has. */
    TargetTypes(Supplier<Handle> sessions, FollowedTypes followed) {
        this.sessions = sessions;
        this.followed = followed;
    }

    /**
     * Makes what is missing of the schema and the types of a table. Where that can be nothing, no session is opened.
     *
     * @param caller the session of the caller's transaction, which only asks here
     * @param schema where the table is to stand
     * @throws PipelineException {@link ErrorKind#WAREHOUSE_UNFIT} where an extension is missing
     */
    void prepare(Handle caller, TableDefinition definition, String schema) {
        if (definition.types().isEmpty() && hasSchema(caller, schema)) {
            return;
        }
        try (Handle handle = sessions.get()) {
            handle.execute(LONGEST_WAIT);
            ensureSchema(handle, schema);
            definition.types().forEach(type -> ensure(handle, type, definition));
        }
    }

    /** Makes a schema where it is missing. */
    void prepareSchema(Handle caller, String schema) {
        if (!hasSchema(caller, schema)) {
            try (Handle handle = sessions.get()) {
                ensureSchema(handle, schema);
            }
        }
    }

    private static void ensureSchema(Handle handle, String schema) {
        if (!hasSchema(handle, schema)) {
            handle.execute("create schema if not exists " + SqlIdentifier.quoted(schema));
        }
    }

    private static boolean hasSchema(Handle handle, String schema) {
        return exists(handle, "select to_regnamespace(:name) is not null", SqlIdentifier.quoted(schema));
    }

    private void ensure(Handle handle, TypeDefinition type, TableDefinition needs) {
        if (exists(handle, TypeSql.exists(type), type.name())) {
            if (type instanceof Changing changing && followed.isNews(changing)) {
                change(handle, changing);
            }
            return;
        }
        if (type instanceof ExtensionType extended) {
            throw new PipelineException(
                    ErrorKind.WAREHOUSE_UNFIT,
                    "table " + needs.table() + " needs type " + type.name() + " of the extension "
                            + extended.extension() + ", which the warehouse does not have (expected: the extension in"
                            + " the same schema). Remedy, in the warehouse: create extension "
                            + SqlIdentifier.quoted(extended.extension()) + " schema "
                            + SqlIdentifier.quoted(type.schema()));
        }
        ensureSchema(handle, type.schema());
        Optional<String> statement = TypeSql.create(type);
        statement.ifPresent(handle::execute);
        LOG.info("type created type={} table={}", type.name(), needs.table());
    }

    /**
     * Makes of the type what it is at the source. All of it happens or nothing, and what has happened already, in a
     * transaction that was taken back otherwise, is not done again.
     */
    private void change(Handle handle, Changing type) {
        Optional<Changing> known = followed.find(type.name());
        List<String> statements = type instanceof EnumType enumeration
                ? TypeChangeSql.labels(
                        enumeration,
                        known.map(EnumType.class::cast).map(EnumType::labels).orElse(List.of()),
                        names(handle, """
                    select enumlabel::text from pg_enum
                    where enumtypid = to_regtype(:name)
                    order by enumsortorder""", type))
                : TypeChangeSql.attributes(
                        (CompositeType) type,
                        known.map(CompositeType.class::cast)
                                .map(CompositeType::attributes)
                                .orElse(List.of()),
                        names(handle, """
                    select a.attname::text from pg_type t join pg_attribute a on a.attrelid = t.typrelid
                    where t.oid = to_regtype(:name) and a.attnum > 0 and not a.attisdropped
                    order by a.attnum""", type));
        handle.useTransaction(same -> statements.forEach(same::execute));
        statements.forEach(statement -> LOG.info("type changed statement=\"{}\"", statement));
    }

    private static boolean exists(Handle handle, String question, String name) {
        return handle.createQuery(question)
                .bind("name", name)
                .mapTo(Boolean.class)
                .one();
    }

    private static List<String> names(Handle handle, String query, TypeDefinition type) {
        return handle.createQuery(query)
                .bind("name", type.name())
                .mapTo(String.class)
                .list();
    }
}
