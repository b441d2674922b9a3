package dev.idem.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the suites of others check of names; docs/peer-cases.md names each line. */
class PeerNamesIT extends PipelinePerTest {

    /** Peer case 71. */
    @Test
    void names_of_every_kind_arrive() throws Exception {
        pipeline.source(
                "create schema \"Odd.Schema\"",
                "create table \"MixedCase\" (\"Id\" int primary key, \"Some Name\" text)",
                "create table \"select\" (\"from\" int primary key, \"where\" text)",
                "create table \"a-b?c\" (\"1st\" int primary key, \"x\\y\" text)",
                "create table \"Odd.Schema\".\"d.o\"\"t\" (\"a.b\" int primary key, \"q\"\"q\" text)",
                "create table \"9 lives\" (\"%s\" int primary key, \"$1\" text)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into \"MixedCase\" values (1, 'a'), (2, 'b')",
                "insert into \"select\" values (1, 'a')",
                "insert into \"a-b?c\" values (1, 'a')",
                "insert into \"Odd.Schema\".\"d.o\"\"t\" values (1, 'a')",
                "insert into \"9 lives\" values (1, 'a')",
                "update \"MixedCase\" set \"Some Name\" = 'z' where \"Id\" = 1",
                "delete from \"MixedCase\" where \"Id\" = 2",
                "update \"a-b?c\" set \"x\\y\" = 'z'",
                "update \"Odd.Schema\".\"d.o\"\"t\" set \"q\"\"q\" = 'z', \"a.b\" = 2",
                "update \"9 lives\" set \"$1\" = 'z'");

        pipeline.assertEqualAndReplayable(
                "\"MixedCase\"", "\"select\"", "\"a-b?c\"", "\"Odd.Schema\".\"d.o\"\"t\"", "\"9 lives\"");
    }

    /** Peer case 72. */
    @Test
    void multi_byte_names_and_names_of_63_bytes_arrive() throws Exception {
        pipeline.source(
                "create schema \"über漢字\"",
                "create table \"über漢字\".\"über漢字\" (\"über漢字\" int primary key, \"äääääääääääääääääääääääääääääää\" text)",
                "create table \"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\" (\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\" int primary key, \"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\" text)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into \"über漢字\".\"über漢字\" values (1, 'a')",
                "update \"über漢字\".\"über漢字\" set \"äääääääääääääääääääääääääääääää\" = 'b'",
                "insert into \"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\" values (1, 'a'), (2, 'b')",
                "delete from \"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\" where \"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\" = 1");

        pipeline.assertEqualAndReplayable(
                "\"über漢字\".\"über漢字\"", "\"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\"");
    }

    /** Peer case 73. */
    @Test
    void tables_whose_names_would_share_a_topic_or_a_name_stay_apart() throws Exception {
        pipeline.source(
                "create schema a",
                "create schema \"a.b\"",
                "create table a.\"b.c\" (id int primary key, v text)",
                "create table \"a.b\".c (id int primary key, v text)",
                "create table a.c (id int primary key, v text)",
                "create table \"a.b\".\"c \" (id int primary key, v text)",
                "create table a.\"c,d\" (id int primary key, v text)",
                "create table a.\"c_u002cd\" (id int primary key, v text)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "insert into a.\"b.c\" values (1, '0')",
                "insert into \"a.b\".c values (1, '1')",
                "insert into a.c values (1, '2')",
                "insert into \"a.b\".\"c \" values (1, '3')",
                "insert into a.\"c,d\" values (1, '4')",
                "insert into a.\"c_u002cd\" values (1, '5')",
                "update a.c set id = 2");

        pipeline.assertEqualAndReplayable(
                "a.\"b.c\"", "\"a.b\".c", "a.c", "\"a.b\".\"c \"", "a.\"c,d\"", "a.\"c_u002cd\"");
    }

    /** Peer case 74. */
    @Test
    void columns_named_as_our_metadata_arrive() throws Exception {
        pipeline.source(
                "create table clash (_idem_seq int primary key, _idem_lsn text, _idem_epoch int, _idem_missing text, _idem_lsn_source int)",
                "alter table clash alter _idem_missing set storage external",
                "insert into clash values (1, 'mine', 2, repeat('x', 5000), 3), (2, 'mine', 2, 'y', 4)");
        pipeline.start();
        pipeline.catchUp();
        pipeline.source(
                "update clash set _idem_lsn = 'still mine' where _idem_seq = 1",
                "update clash set _idem_seq = 7 where _idem_seq = 1",
                "delete from clash where _idem_seq = 2",
                "alter table clash rename _idem_epoch to era",
                "alter table clash add _idem_carried int default 9",
                "update clash set era = 5");
        pipeline.catchUp();

        assertThat(
                        pipeline.warehouseValue(
                                "select row(_idem_seq_source, _idem_lsn_source, era, md5(_idem_missing_source), _idem_lsn_source_source, _idem_carried_source)::text || count(*) over () from clash"))
                .isEqualTo(
                        pipeline.sourceValue(
                                "select row(_idem_seq, _idem_lsn, era, md5(_idem_missing), _idem_lsn_source, _idem_carried)::text || count(*) over () from clash"))
                .startsWith("(7,\"still mine\",5,");
        assertThat(pipeline.replayAll()).as("rows that a replay changed").isZero();
        assertThat(pipeline.verify().isEqual()).isTrue();
    }
}
