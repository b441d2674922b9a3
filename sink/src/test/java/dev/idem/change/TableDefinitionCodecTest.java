package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CollationType;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.ExtensionType;
import dev.idem.change.TypeDefinition.Label;
import dev.idem.change.TypeDefinition.RangeType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableDefinitionCodecTest {

    private final TableDefinitionCodec codec = new TableDefinitionCodec();

    private static TableDefinition definition(List<TypeDefinition> types) {
        return new TableDefinition(
                new TableId("s", "t"),
                3,
                16_384,
                List.of(ColumnDefinition.plain("id", "bigint", 1, true, false)),
                List.of("id"),
                ReplicaIdentity.FULL,
                types);
    }

    @Test
    void definition_with_types_of_every_kind_is_read_as_it_was_written() {
        TableDefinition definition = definition(List.of(
                new EnumType("s", "s.mood", 2, List.of(new Label(17, "sad"), new Label(3_000_000_000L, "so so"))),
                new DomainType("s", "s.\"Good\"", "s.mood"),
                new CompositeType("s", "s.place", 1, List.of(new Attribute("the name", "character varying(20)", 3))),
                new RangeType(
                        "s",
                        "s.moods",
                        "s.mood",
                        Optional.of("multimoods"),
                        Optional.of("s.\"my order\""),
                        Optional.of("s.backwards")),
                new RangeType("s", "s.older", "s.mood", Optional.empty(), Optional.empty(), Optional.empty()),
                new CollationType("s", "s.folded", "icu", "und-u-ks-level2", Optional.of("&a < b"), false),
                new ExtensionType("public", "public.citext", "citext")));

        assertThat(codec.decode(codec.encode(definition))).isEqualTo(definition);
    }

    @Test
    void definition_of_the_time_before_types_were_told_has_none() {
        TableDefinition definition = definition(List.of());

        String json = new String(codec.encode(definition), StandardCharsets.UTF_8);

        assertThat(json).doesNotContain("types");
        assertThat(codec.decode(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(definition);
    }
}
