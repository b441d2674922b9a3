package dev.idem.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.config.Settings;
import dev.idem.control.TableStates;
import dev.idem.control.TableStates.TableState;
import dev.idem.process.Pipeline;
import dev.idem.process.ReachedDatabases;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the replicated tables with their states. */
@Command(
        name = "tables",
        description = {
            "Lists the tables that the warehouse follows, and those that are parked, with the reason.",
            "Exit code 0 only where none is parked."
        },
        mixinStandardHelpOptions = true)
final class TablesCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--json", description = "the result as one JSON array")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Settings settings = options.load();
        List<TableState> tables;
        try (ReachedDatabases databases = new ReachedDatabases(settings)) {
            tables = new TableStates(Pipeline.warehouse(settings, databases.warehouse()), settings.name()).all();
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(tables));
        } else {
            tables.forEach(table -> print(table, out));
        }
        out.flush();
        return tables.stream().allMatch(table -> table.parked().isEmpty()) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void print(TableState table, PrintWriter out) {
        String place = table.place()
                .filter(name -> !name.equals(table.table()))
                .map(name -> " -> " + name)
                .orElse("");
        out.println("%-10s %s%s".formatted(table.state(), table.table(), place));
        table.parked()
                .ifPresent(parked -> out.println("           since " + parked.since() + ", after cut " + parked.cut()
                        + ", tried again " + parked.retryAt() + ": " + parked.reason()));
    }

    private static String json(List<TableState> tables) {
        ArrayNode array = new ObjectMapper().createArrayNode();
        for (TableState table : tables) {
            ObjectNode node = array.addObject();
            node.put("schema", table.table().schema());
            node.put("table", table.table().name());
            node.put("state", table.state());
            table.place()
                    .ifPresent(place -> node.put("targetSchema", place.schema()).put("targetTable", place.name()));
            table.parked()
                    .ifPresent(parked -> node.put("reason", parked.reason())
                            .put("since", parked.since().toString())
                            .put("cut", parked.cut())
                            .put("retryAt", parked.retryAt().toString()));
        }
        return array.toString();
    }
}
