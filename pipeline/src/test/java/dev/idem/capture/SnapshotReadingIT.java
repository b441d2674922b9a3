package dev.idem.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.error.ErrorKind;
import dev.idem.error.PipelineException;
import dev.idem.relation.TableStamp;
import dev.idem.source.SourceCatalogue;
import dev.idem.source.SourcePublication;
import dev.idem.source.SourceTable;
import dev.idem.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that change between a look at them and their reading. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SnapshotReadingIT {

    private static final String TABLE = """
            drop schema if exists s cascade;
            create schema s;
            create table s.t (id int primary key, a text, b text);
            create table s.root (id int primary key) partition by list (id);
            create table s.leaf (id int primary key);
            insert into s.t values (1, 'a', 'b');
            insert into s.leaf values (1)
            """;

    private final TestPostgres server = TestPostgres.start();

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table s.t alter a type text using a || 'x'",
                "truncate s.t",
                "alter table s.t rename a to c; alter table s.t rename b to a; alter table s.t rename c to b",
                "alter table s.t drop b",
                "alter table s.t rename to u; create table s.t (id int primary key, a text, b text)",
                "drop table s.t",
                "alter table s.root attach partition s.leaf for values in (1)"
            })
    void change_behind_the_snapshot_shows_in_the_stamp(String change) throws Exception {
        server.execute(TABLE);
        String table = change.contains("root") ? "s.root" : "s.t";
        try (Connection snapshot = server.connect();
                Connection now = server.connect()) {
            long relation = relation(now, table);
            snapshot.setAutoCommit(false);
            snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(TableStamp.of(snapshot, relation)).isPresent();

            server.execute("insert into s.t values (2, 'c', 'd')");
            assertThat(TableStamp.of(snapshot, relation)).isEqualTo(TableStamp.of(now, relation));
            server.execute(change);
            assertThat(TableStamp.of(snapshot, relation)).isNotEqualTo(TableStamp.of(now, relation));
        }
    }

    private static long relation(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select '" + table + "'::regclass::oid::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void value_of_old_rows_in_an_added_column_is_the_sources_text() throws Exception {
        server.execute(
                TABLE,
                "alter table s.t add c1 box default '(2,2),(1,1)', add c2 text default 'x\"y{,\\', add c3 text default '',"
                        + " add c4 int[] default '[-2:-1]={44,177}', add c5 text default 'NULL', add c6 json default '{}',"
                        + " add c7 box[] default '{(2,2),(1,1);(4,4),(3,3)}', add c8 int default 7");
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            TableDefinition definition = new SourceCatalogue(connection)
                    .definition(new TableId("s", "t"))
                    .orElseThrow();
            for (int i = 1; i <= 8; i++) {
                try (ResultSet row = statement.executeQuery("select c" + i + "::text from s.t")) {
                    row.next();
                    assertThat(definition
                                    .columns()
                                    .get(definition.indexOf("c" + i))
                                    .missing())
                            .isEqualTo(row.getString(1));
                }
            }
        }
    }

    @Test
    void table_that_is_dropped_before_it_is_published_is_looked_at_again() throws Exception {
        server.execute(TABLE);
        try (Connection connection = server.connect()) {
            SourcePublication publication = new SourcePublication(connection, "gone");
            assertThatThrownBy(() -> publication.ensure(List.of(table("t"), table("was"))))
                    .isInstanceOfSatisfying(
                            PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.SOURCE_UNREACHABLE));
        }
    }

    private static SourceTable table(String name) {
        return new SourceTable(new TableId("s", name), Optional.empty(), Optional.empty(), true);
    }
}
