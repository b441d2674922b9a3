package dev.idem.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EnvelopeCodecTest {

    @Test
    void names_and_values_with_characters_beyond_16_bits_are_read_as_they_were_written() {
        EnvelopeCodec codec = new EnvelopeCodec();
        TableDefinition table = new TableDefinition(
                new TableId("s", "t"),
                1,
                16_384,
                List.of(ColumnDefinition.plain("\uD83D\uDE00 key", "text", 1, true, false)),
                List.of("\uD83D\uDE00 key"),
                ReplicaIdentity.DEFAULT,
                List.of());
        Row row = Row.of(ColumnValue.of("value \uD83D\uDE01"));
        ChangeEvent.SourceBlock source = new ChangeEvent.SourceBlock("3", "p", "d", 0, false, 7, new Lsn(9));

        byte[] value = codec.encode(new ChangeEvent(Operation.CREATE, null, row, source, null), table);
        byte[] key = Objects.requireNonNull(codec.encodeKey(table.keyOf(row), table));

        assertThat(codec.decode(value, table).after()).isEqualTo(row);
        assertThat(codec.decodeKey(key, table)).isEqualTo(table.keyOf(row));
    }
}
