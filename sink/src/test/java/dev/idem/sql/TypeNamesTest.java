package dev.idem.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is read out of names of types, columns and tables. */
class TypeNamesTest {

    @Test
    void modifier_is_left_out_wherever_it_stands() {
        assertThat(SqlType.withoutModifier("character varying(3)")).isEqualTo("character varying");
        assertThat(SqlType.withoutModifier("numeric(10,2)[]")).isEqualTo("numeric[]");
        assertThat(SqlType.withoutModifier("timestamp(3) with time zone")).isEqualTo("timestamp with time zone");
        assertThat(SqlType.withoutModifier("public.\"odd(1)\"(2)")).isEqualTo("public.\"odd(1)\"");
        assertThat(SqlType.withoutModifier("integer")).isEqualTo("integer");
    }

    @Test
    void types_that_mean_one_character_without_a_length_get_the_name_that_means_any() {
        assertThat(SqlType.withoutModifier("character(3)")).isEqualTo("bpchar");
        assertThat(SqlType.withoutModifier("character(3)[]")).isEqualTo("bpchar[]");
        assertThat(SqlType.withoutModifier("bit(3)")).isEqualTo("\"bit\"");
        assertThat(SqlType.withoutModifier("bit(3)[]")).isEqualTo("\"bit\"[]");
        assertThat(SqlType.withoutModifier("bit varying(3)")).isEqualTo("bit varying");
    }

    @Test
    void keys_are_equal_as_texts_where_the_type_has_one_text_for_a_value() {
        assertThat(List.of("bigint", "uuid", "bytea", "timestamp(3) with time zone", "text", "character varying(9)"))
                .allMatch(type -> column(type, null).keyEqualAsText());
        assertThat(List.of("numeric", "character(3)", "public.citext", "double precision", "time with time zone"))
                .noneMatch(type -> column(type, null).keyEqualAsText());
        assertThat(column("text", "pg_catalog.\"C\"").keyEqualAsText()).isTrue();
        assertThat(column("text", "public.ci").keyEqualAsText()).isFalse();
    }

    @Test
    void table_is_told_apart_as_text_where_each_column_of_its_key_is() {
        assertThat(table(List.of(column("bigint", null))).keyEqualAsText()).isTrue();
        assertThat(table(List.of(column("bigint", null), column("numeric", null)))
                        .keyEqualAsText())
                .isFalse();
        assertThat(table(List.of()).hasKey()).isFalse();
        assertThat(table(List.of())).hasToString("public.notes");
    }

    @Test
    void columns_that_are_computed_can_be_left_out() {
        GeneratedColumn sum = new GeneratedColumn(column("integer", null), "1", false, 0);
        TargetTable computing = table(List.of()).computing(List.of(sum));

        assertThat(computing.generated()).containsExactly(sum);
        assertThat(computing.computingNothing().generated()).isEmpty();
        assertThat(computing.tombstoneTable()).isEqualTo("idem.tombstone_1");
    }

    @Test
    void text_of_a_relation_is_read_by_its_input_function() {
        assertThat(column("regclass", null).castType()).isEqualTo("bpchar::regclass");
        assertThat(column("text", "pg_catalog.\"C\"").definedType()).isEqualTo("text collate pg_catalog.\"C\"");
        assertThat(column("public.kind", null).basedOn("public.size(3)").compared("x"))
                .isEqualTo("x::public.size");
        assertThat(column("text", null).compared("x")).isEqualTo("x");
    }

    @Test
    void wider_types_hold_every_value_as_it_is() {
        holdsAsItIs("character varying(3)", "character varying(3)", "character varying(4)", "text");
        holdsAsItIs("text", "text", "character varying");
        holdsAsItIs("numeric(5,2)", "numeric(5,2)", "numeric(6,2)", "numeric");
        holdsAsItIs("timestamp(3) with time zone", "timestamp(4) with time zone", "timestamp with time zone");
        holdsAsItIs("bit varying(3)", "bit varying(4)", "bit varying");
    }

    @Test
    void narrower_types_and_other_ones_do_not() {
        holdsNot("character varying(3)", "character varying(2)", "numeric", "integer");
        holdsNot("text", "character varying(9)", "bytea");
        holdsNot("numeric(5,2)", "numeric(6,3)", "numeric(4,2)", "numeric(9)");
        holdsNot("timestamp(3) with time zone", "timestamp(3) without time zone", "timestamp(2) with time zone");
        holdsNot("integer", "bigint", "text");
    }

    @Test
    void integers_fit_wider_integers_and_numbers_of_enough_digits() {
        for (String wide : List.of("integer", "bigint", "numeric", "numeric(10,0)", "numeric(10)", "numeric(11)")) {
            assertThat(WiderType.holds("integer", wide)).as(wide).isTrue();
        }
        for (String narrow : List.of("smallint", "numeric(9,0)", "numeric(12,1)", "text", "character varying(20)")) {
            assertThat(WiderType.holds("integer", narrow)).as(narrow).isFalse();
        }
        assertThat(WiderType.holds("smallint", "numeric(5,0)")).isTrue();
        assertThat(WiderType.holds("bigint", "numeric(18,0)")).isFalse();
        assertThat(WiderType.holds("bigint", "numeric(19,0)")).isTrue();
        assertThat(WiderType.holds("json", "json")).isTrue();
        assertThat(WiderType.holds("json", "jsonb")).isFalse();
        assertThat(WiderType.holds("text", "character varying")).isTrue();
    }

    @Test
    void names_are_quoted_and_texts_are_literals_whatever_they_hold() {
        assertThat(SqlIdentifier.quoted("a\"b")).isEqualTo("\"a\"\"b\"");
        assertThat(SqlIdentifier.quoted("a.b", "c")).isEqualTo("\"a.b\".\"c\"");
        assertThat(SqlIdentifier.literal("it's")).isEqualTo("'it''s'");
        assertThat(SqlIdentifier.literal("\\it's")).isEqualTo(" E'\\\\it''s'");
    }

    @Test
    void column_that_has_one_of_our_names_gets_another_and_so_does_that_one() {
        assertThat(MetadataColumns.warehouseName("_idem_lsn")).isEqualTo("_idem_lsn_source");
        assertThat(MetadataColumns.warehouseName("_idem_lsn_source")).isEqualTo("_idem_lsn_source_source");
        assertThat(MetadataColumns.warehouseName("lsn")).isEqualTo("lsn");
        assertThat(MetadataColumns.NAMES).contains("_idem_epoch", "_idem_missing");
    }

    @Test
    void index_can_serve_the_order_of_the_type_only() {
        assertThat(new KeyColumn("id", KeyColumn.Order.NATIVE, "bigint").canUseIndex())
                .isTrue();
        assertThat(new KeyColumn("id", KeyColumn.Order.BYTES, "text").canUseIndex())
                .isFalse();
    }

    private static void holdsAsItIs(String narrow, String... wide) {
        assertThat(wide)
                .allSatisfy(type -> assertThat(WiderType.holdsAsItIs(narrow, type))
                        .as(narrow + " in " + type)
                        .isTrue());
    }

    private static void holdsNot(String narrow, String... other) {
        assertThat(other)
                .allSatisfy(type -> assertThat(WiderType.holdsAsItIs(narrow, type))
                        .as(narrow + " in " + type)
                        .isFalse());
    }

    private static TargetColumn column(String type, @Nullable String collation) {
        return new TargetColumn("c", type, false, false, collation, null);
    }

    private static TargetTable table(List<TargetColumn> key) {
        return new TargetTable("public", "notes", key, key, 1, List.of());
    }
}
