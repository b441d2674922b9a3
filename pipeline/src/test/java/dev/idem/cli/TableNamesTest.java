package dev.idem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.change.TableId;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class TableNamesTest {

    private final TableNames names = new TableNames();

    @Test
    void names_are_taken_as_they_stand_and_public_without_a_schema() {
        assertThat(names.convert("orders, Sales.Items"))
                .containsExactly(new TableId("public", "orders"), new TableId("Sales", "Items"));
    }

    @Test
    void quotes_hold_dots_commas_and_quotes() {
        assertThat(names.convert("\"a.b\".\"c,\"\"d\",e"))
                .containsExactly(new TableId("a.b", "c,\"d"), new TableId("public", "e"));
    }

    @Test
    void what_is_no_name_is_refused() {
        assertThatThrownBy(() -> names.convert("a.b.c")).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> names.convert("\"a")).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> names.convert("a,,b")).isInstanceOf(TypeConversionException.class);
    }
}
