package dev.idem.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import org.jdbi.v3.core.statement.ParsedSql;
import org.junit.jupiter.api.Test;

class StatementParserTest {

    @Test
    void parameters_are_found_beside_casts() {
        ParsedSql parsed = StatementParser.parse("select :a::text, :floor::pg_lsn, a[1] from t where b = :b");

        assertThat(parsed.getSql()).isEqualTo("select ?::text, ?::pg_lsn, a[1] from t where b = ?");
    }

    @Test
    void what_stands_in_quotes_is_left_as_it_is() {
        String sql = "select \"a?:b\\\"\"c\", 'it''s ? :x \\', E'\\'? :x \\\\', E'a''?' from \"t:u\"";

        ParsedSql parsed = StatementParser.parse(sql);

        assertThat(parsed.getSql()).isEqualTo(sql);
        assertThat(parsed.getParameters().getParameterCount()).isZero();
    }
}
