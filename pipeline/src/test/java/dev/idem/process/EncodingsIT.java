package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.process.PipelineFixture.Servers;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Source databases whose encoding is not UTF-8. */
class EncodingsIT {

    private static final List<String> ENCODINGS = List.of("LATIN1", "WIN1251", "EUC_JP", "SQL_ASCII");

    @Test
    void text_of_every_encoding_arrives() throws SQLException {
        try (Servers servers = Servers.start()) {
            for (String encoding : ENCODINGS) {
                try (PipelineFixture pipeline = new PipelineFixture(servers)) {
                    servers.source()
                            .execute(
                                    "drop database \"" + pipeline.name() + '"',
                                    "create database \"" + pipeline.name() + "\" encoding '" + encoding
                                            + "' template template0 lc_collate 'C' lc_ctype 'C'");
                    String letters = switch (encoding) {
                        case "WIN1251" -> "Привет";
                        case "EUC_JP" -> "日本語";
                        default -> "Größe";
                    };
                    pipeline.source(
                            "create table \"" + letters + "\" (id text primary key, \"" + letters + "x\" text)",
                            "alter table \"" + letters + "\" replica identity full",
                            "insert into \"" + letters + "\" values ('" + letters + "1', '" + letters + "')");
                    pipeline.start();
                    pipeline.catchUp();
                    pipeline.source(
                            "insert into \"" + letters + "\" values ('" + letters + "2', repeat('" + letters
                                    + "', 3000)), ('3', null)",
                            "update \"" + letters + "\" set id = id || '" + letters + "'",
                            "delete from \"" + letters + "\" where id like '3%'");

                    pipeline.assertEqualAndReplayable("\"" + letters + '"');
                    assertThat(pipeline.warehouseValue("select count(*) from \"" + letters + '"'))
                            .as(encoding)
                            .isEqualTo("2");
                }
            }
        }
    }
}
