package dev.idem.assemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.idem.change.Lsn;
import dev.idem.error.PipelineException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionAssemblerTest {

    private static final Lsn COMMIT = Lsn.parse("0/16B3748");

    @TempDir
    private Path directory;

    @Test
    void ordinals_count_from_one_in_the_order_of_arrival() {
        TransactionAssembler assembler = assembler(Long.MAX_VALUE);
        assembler.begin();
        assembler.add(change("a"));
        assembler.add(change("b"));

        try (Transaction transaction = assembler.end(COMMIT, Instant.EPOCH)) {
            assertThat(contents(transaction)).containsExactly("1 a", "2 b");
            assertThat(transaction.commitLsn()).isEqualTo(COMMIT);
            assertThat(assembler.isOpen()).isFalse();
        }
    }

    @Test
    void transaction_beyond_the_bound_leaves_memory_and_comes_back_the_same() throws Exception {
        TransactionAssembler assembler = assembler(1000);
        assembler.begin();
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 5000; i++) {
            assembler.add(change("value " + i));
            expected.add(i + " value " + i);
        }

        try (Transaction transaction = assembler.end(COMMIT, Instant.EPOCH)) {
            assertThat(transaction.isSpilled()).isTrue();
            assertThat(transaction.memoryBytes()).isLessThanOrEqualTo(1000);
            assertThat(contents(transaction)).isEqualTo(expected);
            assertThat(contents(transaction)).as("read again").isEqualTo(expected);
            assertThat(spillFiles()).hasSize(1);
        }
        assertThat(spillFiles()).isEmpty();
    }

    @Test
    void every_field_survives_the_file() {
        TransactionAssembler assembler = assembler(1);
        assembler.begin();
        EncodedChange full = new EncodedChange("t", bytes("key"), bytes("value"), 7, bytes("from"), true);
        EncodedChange bare = new EncodedChange("ü", null, bytes(""), 1, null, false);
        assembler.add(full);
        assembler.add(bare);

        List<EncodedChange> read = new ArrayList<>();
        try (Transaction transaction = assembler.end(COMMIT, Instant.EPOCH)) {
            transaction.forEach((change, ordinal) -> read.add(change));
        }

        assertThat(read).usingRecursiveFieldByFieldElementComparator().containsExactly(full, bare);
    }

    @Test
    void begin_inside_an_open_transaction_throws_away_what_was_collected() throws Exception {
        TransactionAssembler assembler = assembler(1);
        assembler.begin();
        assembler.add(change("sent before the connection broke"));
        assembler.begin();
        assembler.add(change("sent again"));

        try (Transaction transaction = assembler.end(COMMIT, Instant.EPOCH)) {
            assertThat(contents(transaction)).containsExactly("1 sent again");
        }
        assertThat(spillFiles()).isEmpty();
    }

    @Test
    void change_outside_a_transaction_is_refused() {
        assertThatThrownBy(() -> assembler(1).add(change("a")))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("outside a transaction");
    }

    @Test
    void files_left_by_a_killed_process_are_deleted_at_the_next_start() throws Exception {
        SpillPolicy policy = new SpillPolicy(directory, 1);
        TransactionAssembler killed = new TransactionAssembler(policy);
        killed.begin();
        killed.add(change("a"));
        assertThat(spillFiles()).hasSize(1);

        policy.clear();

        assertThat(spillFiles()).isEmpty();
    }

    private TransactionAssembler assembler(long thresholdBytes) {
        return new TransactionAssembler(new SpillPolicy(directory, thresholdBytes));
    }

    private static List<String> contents(Transaction transaction) {
        List<String> contents = new ArrayList<>();
        transaction.forEach(
                (change, ordinal) -> contents.add(ordinal + " " + new String(change.value(), StandardCharsets.UTF_8)));
        return contents;
    }

    private List<Path> spillFiles() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static EncodedChange change(String value) {
        return new EncodedChange("topic", bytes("key"), bytes(value), 1, null, false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
