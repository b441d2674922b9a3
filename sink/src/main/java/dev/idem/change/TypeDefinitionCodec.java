package dev.idem.change;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CollationType;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.ExtensionType;
import dev.idem.change.TypeDefinition.Label;
import dev.idem.change.TypeDefinition.RangeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The part of a table's definition that tells its types; a definition without that part has none. */
final class TypeDefinitionCodec {

    private static final String FIELD = "types";

    private TypeDefinitionCodec() {}

    static void encode(List<TypeDefinition> types, ObjectNode definition) {
        if (types.isEmpty()) {
            return;
        }
        ArrayNode array = definition.putArray(FIELD);
        types.forEach(type -> encode(type, array.addObject()));
    }

    private static void encode(TypeDefinition type, ObjectNode node) {
        node.put("schema", type.schema()).put("name", type.name());
        if (type instanceof EnumType enumeration) {
            node.put("kind", "enum").put("revision", enumeration.revision());
            ArrayNode labels = node.putArray("labels");
            ArrayNode ids = node.putArray("ids");
            enumeration.labels().forEach(label -> {
                labels.add(label.text());
                ids.add(label.id());
            });
        } else if (type instanceof DomainType domain) {
            node.put("kind", "domain").put("base", domain.base());
        } else if (type instanceof CompositeType composite) {
            node.put("kind", "composite").put("revision", composite.revision());
            ArrayNode attributes = node.putArray("attributes");
            composite
                    .attributes()
                    .forEach(attribute -> attributes
                            .addObject()
                            .put("name", attribute.name())
                            .put("type", attribute.type())
                            .put("number", attribute.number()));
        } else if (type instanceof RangeType range) {
            node.put("kind", "range").put("subtype", range.subtype());
            range.multirange().ifPresent(name -> node.put("multirange", name));
            range.collation().ifPresent(name -> node.put("collation", name));
            range.operatorClass().ifPresent(name -> node.put("operator_class", name));
        } else if (type instanceof CollationType collation) {
            node.put("kind", "collation")
                    .put("provider", collation.provider())
                    .put("locale", collation.locale())
                    .put("deterministic", collation.deterministic());
            collation.rules().ifPresent(rules -> node.put("rules", rules));
        } else if (type instanceof ExtensionType extended) {
            node.put("kind", "extension").put("extension", extended.extension());
        }
    }

    static List<TypeDefinition> decode(JsonNode definition) {
        List<TypeDefinition> types = new ArrayList<>();
        definition.path(FIELD).forEach(node -> types.add(decodeOne(node)));
        return types;
    }

    private static TypeDefinition decodeOne(JsonNode node) {
        String schema = JsonFields.text(node, "schema");
        String name = JsonFields.text(node, "name");
        String kind = JsonFields.text(node, "kind");
        return switch (kind) {
            case "enum" -> {
                List<Label> labels = new ArrayList<>();
                JsonNode ids = node.path("ids");
                JsonFields.required(node, "labels")
                        .forEach(label ->
                                labels.add(new Label(ids.path(labels.size()).asLong(), label.asText())));
                yield new EnumType(schema, name, node.path("revision").asInt(), labels);
            }
            case "domain" -> new DomainType(schema, name, JsonFields.text(node, "base"));
            case "composite" -> {
                List<Attribute> attributes = new ArrayList<>();
                JsonFields.required(node, "attributes")
                        .forEach(attribute -> attributes.add(new Attribute(
                                JsonFields.text(attribute, "name"),
                                JsonFields.text(attribute, "type"),
                                attribute.path("number").asInt())));
                yield new CompositeType(schema, name, node.path("revision").asInt(), attributes);
            }
            case "range" ->
                new RangeType(
                        schema,
                        name,
                        JsonFields.text(node, "subtype"),
                        optional(node, "multirange"),
                        optional(node, "collation"),
                        optional(node, "operator_class"));
            case "collation" ->
                new CollationType(
                        schema,
                        name,
                        JsonFields.text(node, "provider"),
                        JsonFields.text(node, "locale"),
                        optional(node, "rules"),
                        JsonFields.flag(node, "deterministic"));
            case "extension" -> new ExtensionType(schema, name, JsonFields.text(node, "extension"));
            default ->
                throw new MalformedEventException(
                        "type " + name + ": kind '" + kind + "' (expected: one that this version knows)");
        };
    }

    private static Optional<String> optional(JsonNode node, String field) {
        return node.has(field) ? Optional.of(JsonFields.text(node, field)) : Optional.empty();
    }
}
