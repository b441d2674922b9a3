package dev.idem.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.control.WarehouseView.Tombstones;
import dev.idem.status.PipelineStatus.LastVerification;
import dev.idem.status.PipelineStatus.Part;
import dev.idem.status.PipelineStatus.Position;
import dev.idem.status.PipelineStatus.SlotHealth;
import dev.idem.status.PipelineStatus.TableStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The status as JSON; docs/openapi.yaml describes it. */
public final class StatusJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private StatusJson() {}

    /** The whole status as one object. */
    public static ObjectNode of(PipelineStatus status) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", status.name());
        node.put("at", status.at().toString());
        node.put("origin", lower(status.origin()));
        node.put("level", lower(status.level()));
        node.put("consistent", status.isConsistent());
        status.capture().ifPresent(part -> node.set("capture", part(part)));
        status.sink().ifPresent(part -> node.set("sink", part(part)));
        ArrayNode positions = node.putArray("positions");
        status.positions().forEach(position -> positions.add(position(position)));
        node.set("lag", lag(status.lag()));
        status.slot().ifPresent(slot -> node.set("slot", slot(slot)));
        node.set("throughput", throughput(status.throughput()));
        node.set("deadLetters", deadLetters(status));
        node.set("tables", tables(status.tables()));
        ArrayNode warnings = node.putArray("warnings");
        status.warnings()
                .forEach(warning -> warnings.addObject()
                        .put("level", lower(warning.level()))
                        .put("subject", warning.subject())
                        .put("text", warning.text())
                        .put("remedy", warning.remedy()));
        return node;
    }

    /** The tables as one array. */
    public static ArrayNode tables(List<TableStatus> tables) {
        ArrayNode array = JSON.createArrayNode();
        for (TableStatus table : tables) {
            ObjectNode node = array.addObject();
            node.put("schema", table.table().schema());
            node.put("table", table.table().name());
            node.put("state", table.state());
            table.reason().ifPresent(reason -> node.put("reason", reason));
            instant(node, "since", table.since());
            node.put("events", table.events());
            node.put("written", table.written());
            node.put("deleted", table.deleted());
            table.tombstones().ifPresent(tombstones -> node.set("tombstones", tombstones(tombstones)));
            table.verification().ifPresent(last -> node.set("verification", verification(last)));
        }
        return array;
    }

    private static ObjectNode tombstones(Tombstones tombstones) {
        ObjectNode node = JSON.createObjectNode();
        node.put("kept", tombstones.kept());
        node.put("purged", tombstones.purged());
        tombstones.below().ifPresent(below -> node.put("below", below.toString()));
        tombstones.waits().ifPresent(reason -> node.put("waits", reason));
        return node;
    }

    private static ObjectNode verification(LastVerification last) {
        ObjectNode node = JSON.createObjectNode().put("result", last.result());
        instant(node, "at", Optional.of(last.at()));
        return node.put("rows", last.rows())
                .put("differences", last.differences())
                .put("repaired", last.repaired());
    }

    private static ObjectNode part(Part part) {
        return JSON.createObjectNode().put("state", part.state()).put("detail", part.detail());
    }

    private static ObjectNode position(Position position) {
        ObjectNode node = JSON.createObjectNode();
        node.put("stage", lower(position.stage()));
        node.put("lsn", position.lsn().toString());
        position.behindBytes().ifPresent(bytes -> node.put("behindBytes", bytes));
        seconds(node, "behindSeconds", position.behind());
        return node;
    }

    private static ObjectNode lag(PipelineStatus.Lag lag) {
        ObjectNode node = JSON.createObjectNode();
        lag.bytes().ifPresent(bytes -> node.put("bytes", bytes));
        seconds(node, "seconds", lag.time());
        instant(node, "lastCommit", lag.lastCommit());
        return node;
    }

    private static ObjectNode slot(SlotHealth slot) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", slot.name());
        node.put("active", slot.isActive());
        node.put("walStatus", slot.walStatus());
        node.put("level", lower(slot.level()));
        node.put("retainedBytes", slot.retainedBytes());
        slot.limitBytes().ifPresent(bytes -> node.put("limitBytes", bytes));
        slot.safeBytes().ifPresent(bytes -> node.put("safeBytes", bytes));
        return node;
    }

    private static ObjectNode throughput(PipelineStatus.Throughput throughput) {
        return JSON.createObjectNode()
                .put("publishedPerSecond", rounded(throughput.publishedPerSecond()))
                .put("eventsPerSecond", rounded(throughput.eventsPerSecond()))
                .put("rowsPerSecond", rounded(throughput.rowsPerSecond()));
    }

    private static ObjectNode deadLetters(PipelineStatus status) {
        ObjectNode node =
                JSON.createObjectNode().put("count", status.deadLetters().count());
        instant(node, "last", status.deadLetters().last());
        return node;
    }

    private static void seconds(ObjectNode node, String name, Optional<Duration> time) {
        time.ifPresent(value -> node.put(name, value.toMillis() / 1000.0));
    }

    private static void instant(ObjectNode node, String name, Optional<Instant> time) {
        time.ifPresent(value -> node.put(name, value.toString()));
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
