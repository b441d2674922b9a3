package dev.idem.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.change.TypeDefinition;
import dev.idem.sql.ExistingColumn;
import dev.idem.target.TableFit.Obstacle;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableFitTest {

    private static final ExistingColumn ID = new ExistingColumn("id", "bigint", true, false, false, false);

    private static TableDefinition source(String type, TypeDefinition... types) {
        return new TableDefinition(
                new TableId("s", "t"),
                1,
                16_384,
                List.of(
                        ColumnDefinition.plain("id", "integer", 1, true, false),
                        ColumnDefinition.plain("v", type, 2, false, true)),
                List.of("id"),
                ReplicaIdentity.DEFAULT,
                List.of(types));
    }

    private static List<String> obstacles(String type, String existing) {
        return obstacles(source(type), new ExistingColumn("v", existing, false, false, false, false), ID);
    }

    private static List<String> obstacles(TableDefinition source, ExistingColumn... present) {
        return TableFit.obstacles(source, List.of(present)).stream()
                .map(Obstacle::text)
                .toList();
    }

    @Test
    void wider_types_and_text_fit() {
        assertThat(obstacles("smallint", "bigint")).isEmpty();
        assertThat(obstacles("integer", "numeric")).isEmpty();
        assertThat(obstacles("bigint", "numeric(19,0)")).isEmpty();
        assertThat(obstacles("character varying(5)", "text")).isEmpty();
        assertThat(obstacles("numeric(5,2)", "numeric(9,2)")).isEmpty();
        assertThat(obstacles("timestamp(3) without time zone", "timestamp without time zone"))
                .isEmpty();
        assertThat(obstacles("public.mood", "text")).isEmpty();
        assertThat(obstacles("jsonb", "text")).isEmpty();
    }

    @Test
    void narrower_types_and_types_of_other_texts_are_refused_by_name() {
        assertThat(obstacles("bigint", "integer"))
                .containsExactly("its column v is of type integer (expected: bigint, or a wider one)");
        assertThat(obstacles("bigint", "numeric(18,0)")).hasSize(1);
        assertThat(obstacles("integer", "numeric(12,2)")).hasSize(1);
        assertThat(obstacles("text", "character varying(5)")).hasSize(1);
        assertThat(obstacles("real", "double precision")).hasSize(1);
        assertThat(obstacles("json", "jsonb")).hasSize(1);
        assertThat(obstacles("date", "timestamp without time zone")).hasSize(1);
        assertThat(obstacles("boolean", "text")).hasSize(1);
        assertThat(obstacles("character(3)", "text")).hasSize(1);
    }

    @Test
    void domain_fits_a_column_of_what_lies_below_it() {
        TypeDefinition upper = new TypeDefinition.DomainType("s", "s.upper", "s.lower");
        TypeDefinition lower = new TypeDefinition.DomainType("s", "s.lower", "numeric(5,2)");

        assertThat(obstacles(
                        source("s.upper", lower, upper),
                        ID,
                        new ExistingColumn("v", "numeric(7,2)", false, false, false, false)))
                .isEmpty();
    }

    @Test
    void column_of_the_key_keeps_its_equality() {
        ExistingColumn v = new ExistingColumn("v", "text", false, false, false, false);

        assertThat(obstacles(source("text"), new ExistingColumn("id", "text", true, false, false, false), v))
                .containsExactly("its column id is of type text (expected: integer, or a wider one)");
    }

    @Test
    void columns_that_the_source_does_not_have_must_fill_themselves_or_allow_null() {
        ExistingColumn v = new ExistingColumn("v", "text", false, false, false, false);

        assertThat(obstacles(
                        source("text"),
                        new ExistingColumn("surrogate", "bigint", true, true, false, false),
                        new ExistingColumn("note", "text", false, false, false, false),
                        new ExistingColumn("computed", "text", true, false, true, false),
                        new ExistingColumn("_idem_lsn", "pg_lsn", true, false, false, false),
                        v,
                        ID))
                .isEmpty();
        assertThat(obstacles(source("text"), ID, v, new ExistingColumn("loaded_by", "text", true, false, false, false)))
                .singleElement()
                .asString()
                .contains("loaded_by", "forbids NULL");
    }

    @Test
    void column_that_is_missing_computed_or_forbids_what_the_source_has_is_told_with_its_remedy() {
        assertThat(TableFit.obstacles(
                        source("text"), List.of(ID, new ExistingColumn("v", "text", true, false, false, false))))
                .extracting(Obstacle::remedy)
                .containsExactly("alter column \"v\" drop not null");
        assertThat(TableFit.obstacles(source("text"), List.of(ID)))
                .extracting(Obstacle::remedy)
                .containsExactly("add column \"v\" text");
        assertThat(obstacles(source("text"), ID, new ExistingColumn("v", "text", false, false, true, false)))
                .singleElement()
                .asString()
                .contains("is computed");
    }
}
