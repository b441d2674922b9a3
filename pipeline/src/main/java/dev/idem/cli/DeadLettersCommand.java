package dev.idem.cli;

import dev.idem.change.TableId;
import dev.idem.config.Settings;
import dev.idem.consume.EventFinder;
import dev.idem.control.DeadLetter;
import dev.idem.control.DeadLetterQueue;
import dev.idem.control.DeadLetterQueue.Selection;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import dev.idem.process.ReachedLog;
import dev.idem.status.DeadLetterJson;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at the events that could not be applied, has them tried again, or forgets them. */
@Command(
        name = "dead-letters",
        description = "Lists, shows, retries or discards the events that could not be applied.",
        mixinStandardHelpOptions = true)
final class DeadLettersCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Which letters are meant. */
    static final class Which {
        @Option(names = "--id", description = "the letter of that number")
        private @Nullable Long id;

        @Option(names = "--table", converter = TableNames.class, description = "the letters of these tables")
        private @Nullable List<TableId> tables;

        @Option(names = "--all", description = "every letter")
        private boolean all;

        private List<Selection> selections() {
            if (all) {
                return List.of(Selection.ALL);
            }
            return id != null
                    ? List.of(Selection.of(id))
                    : Objects.requireNonNull(tables, "one of the three is given").stream()
                            .map(Selection::of)
                            .toList();
        }
    }

    @Command(
            name = "list",
            description = "Lists them, the oldest first. Exit code 0 only where there are none.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin SettingsOptions options,
            @Option(names = "--most", defaultValue = "100", description = "how many are listed; default 100") int most,
            @Option(names = "--json", description = "the result as lines of JSON") boolean json) {
        return withQueue(options.load(), queue -> {
            PrintWriter out = spec.commandLine().getOut();
            List<DeadLetter> letters = queue.list(Selection.ALL, most);
            letters.forEach(letter -> out.println(json ? DeadLetterJson.of(letter) : line(letter)));
            long more = queue.count(Selection.ALL) - letters.size();
            if (more > 0 && !json) {
                out.println("and " + more + " more");
            }
            return letters.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        });
    }

    @Command(
            name = "show",
            description = "Shows one, with its record as far as the log still holds it.",
            mixinStandardHelpOptions = true)
    int show(
            @Mixin SettingsOptions options,
            @Parameters(paramLabel = "ID", description = "its number") long id,
            @Option(names = "--values", description = "also the record's key and value, as they are") boolean values) {
        Settings settings = options.load();
        return withQueue(settings, queue -> {
            List<DeadLetter> found = queue.list(Selection.of(id), 1);
            found.forEach(letter -> show(settings, letter, values));
            return found.isEmpty() ? none() : ExitCode.OK;
        });
    }

    @Command(
            name = "retry",
            description = {
                "Asks the sink to try them again, after their cause was mended. What is outdated by now changes nothing;",
                "what is refused again stays, with the new reason."
            },
            mixinStandardHelpOptions = true)
    int retry(@Mixin SettingsOptions options, @ArgGroup(exclusive = true, multiplicity = "1") Which which) {
        return change(options, which, DeadLetterQueue::retry, "are tried again");
    }

    @Command(
            name = "discard",
            description = "Forgets them: the warehouse stays without what they changed.",
            mixinStandardHelpOptions = true)
    int discard(@Mixin SettingsOptions options, @ArgGroup(exclusive = true, multiplicity = "1") Which which) {
        return change(options, which, DeadLetterQueue::discard, "are discarded");
    }

    private interface Answer {
        int to(DeadLetterQueue queue, Selection selection);
    }

    private int change(SettingsOptions options, Which which, Answer answer, String done) {
        return withQueue(options.load(), queue -> {
            int count = which.selections().stream()
                    .mapToInt(selection -> answer.to(queue, selection))
                    .sum();
            if (count == 0) {
                return none();
            }
            spec.commandLine().getOut().println(count + " " + done);
            return ExitCode.OK;
        });
    }

    private int none() {
        spec.commandLine()
                .getOut()
                .println("no such dead letter (./idem dead-letters list names those that there are)");
        return ExitCode.SOFTWARE;
    }

    private int withQueue(Settings settings, ToIntFunction<DeadLetterQueue> action) {
        try (ReachedDatabases databases = new ReachedDatabases(settings)) {
            int code = action.applyAsInt(
                    new DeadLetterQueue(Pipeline.warehouse(settings, databases.warehouse()), settings.name()));
            spec.commandLine().getOut().flush();
            return code;
        }
    }

    private static String line(DeadLetter letter) {
        return "%6d  %s  %-30s %s%s: %s"
                .formatted(
                        letter.id(),
                        letter.since(),
                        letter.table().map(TableId::toString).orElse("?"),
                        letter.coordinates(),
                        letter.retryRequested() ? " (to be tried again)" : "",
                        letter.reason());
    }

    private void show(Settings settings, DeadLetter letter, boolean values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("number   " + letter.id());
        out.println("place    " + letter.coordinates());
        letter.table().ifPresent(table -> out.println("table    " + table));
        letter.version().ifPresent(version -> out.println("version  " + version));
        out.println("since    " + letter.since());
        out.println("refused  " + letter.attempts() + " times, last: " + letter.reason());
        try (ReachedLog log = ReachedLog.of(settings);
                EventFinder finder = new EventFinder(
                        log.view().consumers(), log.view().topics(), "idem-" + settings.name() + "-show")) {
            Optional<ConsumerRecord<byte[], byte[]>> record = finder.record(letter.coordinates());
            record.ifPresentOrElse(
                    found -> show(found, values, out), () -> out.println("record   the log no longer holds it"));
        }
    }

    private static void show(ConsumerRecord<byte[], byte[]> record, boolean values, PrintWriter out) {
        out.println("record   key of " + size(record.key()) + ", value of " + size(record.value()));
        record.headers().forEach(header -> out.println("header   " + header.key() + " = " + text(header.value())));
        if (values) {
            out.println("key      " + text(record.key()));
            out.println("value    " + text(record.value()));
        }
    }

    private static String size(byte @Nullable [] bytes) {
        return bytes == null ? "null" : bytes.length + " bytes";
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }
}
