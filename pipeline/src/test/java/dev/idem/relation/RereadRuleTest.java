package dev.idem.relation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.ColumnDefinition;
import dev.idem.change.ReplicaIdentity;
import dev.idem.change.TableDefinition;
import dev.idem.change.TableId;
import dev.idem.relation.RelationFacts.Attribute;
import dev.idem.sql.WiderType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RereadRuleTest {

    private static final ColumnDefinition ID = plain("id", "integer", 1);

    @Test
    void what_the_wal_tells_needs_no_reading() {
        assertThat(reason(table(ID), table(ID, plain("v", "text", 2)))).isEmpty();
        assertThat(reason(table(ID, plain("v", "text", 2)), table(ID))).isEmpty();
        assertThat(reason(table(ID, plain("v", "text", 2)), table(ID, plain("w", "text", 2))))
                .isEmpty();
        assertThat(reason(
                        table(ID, plain("v", "character varying(10)", 2)),
                        table(ID, plain("v", "character varying(20)", 2))))
                .isEmpty();
    }

    @Test
    void default_that_the_source_remembers_needs_no_reading() {
        ColumnDefinition remembered = new ColumnDefinition("v", "text", 2, false, true, null, null, "d");

        assertThat(RereadRule.reason(table(ID), table(ID, remembered), filled(2)))
                .isEmpty();
        assertThat(RereadRule.reason(table(ID), table(ID, plain("v", "text", 2)), filled(2)))
                .isPresent();
    }

    @Test
    void rewrites_and_other_columns_need_a_reading() {
        assertThat(reason(table(ID, plain("v", "integer", 2)), table(ID, plain("v", "bigint", 2))))
                .isPresent();
        assertThat(reason(table(ID, plain("v", "text", 2)), table(ID, plain("v", "text", 3))))
                .isPresent();
        assertThat(reason(
                        new TableDefinition(
                                new TableId("s", "t"),
                                1,
                                6,
                                List.of(ID),
                                List.of("id"),
                                ReplicaIdentity.DEFAULT,
                                List.of()),
                        table(ID)))
                .isPresent();
    }

    @Test
    void wider_types_are_those_that_postgres_does_not_rewrite() {
        assertThat(WiderType.holdsAsItIs("numeric(5,2)", "numeric(8,2)")).isTrue();
        assertThat(WiderType.holdsAsItIs("numeric(5,2)", "numeric")).isTrue();
        assertThat(WiderType.holdsAsItIs("character varying(5)", "text")).isTrue();
        assertThat(WiderType.holdsAsItIs("text", "character varying")).isTrue();
        assertThat(WiderType.holdsAsItIs("bit varying(5)", "bit varying(6)")).isTrue();

        assertThat(WiderType.holdsAsItIs("numeric(5,2)", "numeric(8,3)")).isFalse();
        assertThat(WiderType.holdsAsItIs("numeric(8,2)", "numeric(5,2)")).isFalse();
        assertThat(WiderType.holdsAsItIs("text", "character varying(5)")).isFalse();
        assertThat(WiderType.holdsAsItIs("character(5)", "character(6)")).isFalse();
        assertThat(WiderType.holdsAsItIs("timestamp without time zone", "timestamp with time zone"))
                .isFalse();
        assertThat(WiderType.holdsAsItIs("numeric", "text")).isFalse();
    }

    private static Optional<String> reason(TableDefinition before, TableDefinition after) {
        return RereadRule.reason(before, after, facts(List.of()));
    }

    private static RelationFacts filled(int number) {
        return facts(List.of(new Attribute(number, false, true, true)));
    }

    private static RelationFacts facts(List<Attribute> attributes) {
        return new RelationFacts(Optional.empty(), false, attributes, List.of(), List.of());
    }

    private static TableDefinition table(ColumnDefinition... columns) {
        return new TableDefinition(
                new TableId("s", "t"), 1, 5, List.of(columns), List.of("id"), ReplicaIdentity.DEFAULT, List.of());
    }

    private static ColumnDefinition plain(String name, String type, int number) {
        return ColumnDefinition.plain(name, type, number, false, true);
    }
}
