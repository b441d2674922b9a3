package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.testing.TestKafka;
import dev.idem.testing.TestPostgres;
import org.junit.jupiter.api.Test;

/** The capture never waits for the warehouse, so a warehouse that is dead costs no slot: the log is the buffer. */
class SlotGuardIT {

    private static final int ROUNDS = 6;
    private static final String LIMIT = "64MB";
    private static final String SLOT = " from pg_replication_slots where not temporary";

    @Test
    void dead_warehouse_does_not_hold_the_slot_while_the_source_writes_more_than_a_slot_may_keep() throws Exception {
        try (var servers = new PipelineFixture.Servers(TestPostgres.start(), TestPostgres.start(), TestKafka.start())) {
            servers.source()
                    .execute(
                            "alter system set max_slot_wal_keep_size = '" + LIMIT + "'",
                            "alter system set max_wal_size = '" + LIMIT + "'",
                            "select pg_reload_conf()");
            try (PipelineFixture pipeline = new PipelineFixture(servers).with("source.heartbeat", "200ms")) {
                pipeline.source("create table load (id int primary key, body text)");
                Pipeline running = pipeline.start();
                pipeline.catchUp();
                long published = running.captureStatus().orElseThrow().events();
                String begin = pipeline.sourceValue("select pg_current_wal_insert_lsn()");

                servers.warehouse().kill();
                for (int round = 0; round < ROUNDS; round++) {
                    write(pipeline, round);
                }

                assertThat(pipeline.sourceValue("select pg_current_wal_insert_lsn() - '" + begin
                                + "'::pg_lsn > 1.2 * pg_size_bytes('" + LIMIT + "')"))
                        .as("more was written than the slot may keep")
                        .isEqualTo("t");
                assertThat(pipeline.sourceValue("select wal_status" + SLOT)).isEqualTo("reserved");
                assertThat(running.captureStatus().orElseThrow().events() - published)
                        .as("events that the log took meanwhile")
                        .isEqualTo(ROUNDS * 4_000L);
                servers.warehouse().restart();
                pipeline.catchUp();
                pipeline.assertEqual("load");
            }
        }
    }

    /** 16 MB of WAL, which the slot has let go of before the next. */
    private static void write(PipelineFixture pipeline, int round) throws Exception {
        pipeline.source("insert into load select i + 10000 * " + round
                + ", (select string_agg(md5(i::text || j::text), '') from generate_series(1, 100) j)"
                + " from generate_series(1, 4000) i");
        String head = pipeline.sourceValue("select pg_current_wal_insert_lsn()");
        pipeline.awaitThat(() -> pipeline.sourceValue("select confirmed_flush_lsn >= '" + head + "'" + SLOT)
                .equals("t"));
        pipeline.awaitThat(() -> {
            pipeline.source("checkpoint");
            return pipeline.sourceValue("select restart_lsn >= '" + head + "'" + SLOT)
                    .equals("t");
        });
        pipeline.source("checkpoint");
    }
}
