package dev.idem.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.change.Cut;
import dev.idem.replay.SavedOffsets;
import dev.idem.replay.TableHolding;
import java.time.Instant;
import java.util.Locale;

/** Saved offsets as JSON; docs/openapi.yaml describes it. */
final class OffsetsJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private OffsetsJson() {}

    static ObjectNode of(SavedOffsets offsets) {
        ObjectNode node = JSON.createObjectNode();
        offsets.stands()
                .ifPresent(progress -> node.putObject("warehouse")
                        .put("cut", progress.cut())
                        .put("epoch", progress.epoch())
                        .put("commitLsn", progress.commitLsn().toString()));
        ArrayNode cuts = node.putArray("cuts");
        offsets.cuts().forEach(cut -> cuts.add(of(cut, offsets)));
        ArrayNode tables = node.putArray("tables");
        offsets.holdings().forEach(holding -> tables.add(of(holding)));
        return node;
    }

    private static ObjectNode of(Cut cut, SavedOffsets offsets) {
        ObjectNode node = JSON.createObjectNode();
        node.put("cut", cut.number());
        node.put("kind", cut.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        node.put("epoch", cut.epoch()).put("commitLsn", cut.commitLsn().toString());
        Instant time = cut.commitTime();
        if (time != null) {
            node.put("committedAt", time.toString());
        }
        node.put("transactions", cut.transactions()).put("events", cut.events());
        ArrayNode tables = node.putArray("tables");
        offsets.tables(cut).forEach(tables::add);
        return node;
    }

    private static ObjectNode of(TableHolding holding) {
        ObjectNode node = JSON.createObjectNode();
        node.put("schema", holding.table().schema())
                .put("table", holding.table().name());
        holding.wholeFrom().ifPresent(cut -> node.put("wholeFromCut", cut));
        ArrayNode partitions = node.putArray("partitions");
        holding.partitions()
                .forEach((partition, range) -> partitions
                        .addObject()
                        .put("partition", partition)
                        .put("from", range.from())
                        .put("to", range.to()));
        return node;
    }
}
