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
            ArrayNode labels = node.put("kind", "enum").putArray("labels");
            enumeration.labels().forEach(labels::add);
        } else if (type instanceof DomainType domain) {
            node.put("kind", "domain").put("base", domain.base());
        } else if (type instanceof CompositeType composite) {
            ArrayNode attributes = node.put("kind", "composite").putArray("attributes");
            composite
                    .attributes()
                    .forEach(attribute ->
                            attributes.addObject().put("name", attribute.name()).put("type", attribute.type()));
        } else if (type instanceof RangeType range) {
            node.put("kind", "range").put("subtype", range.subtype());
            range.multirange().ifPresent(name -> node.put("multirange", name));
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
                List<String> labels = new ArrayList<>();
                JsonFields.required(node, "labels").forEach(label -> labels.add(label.asText()));
                yield new EnumType(schema, name, labels);
            }
            case "domain" -> new DomainType(schema, name, JsonFields.text(node, "base"));
            case "composite" -> {
                List<Attribute> attributes = new ArrayList<>();
                JsonFields.required(node, "attributes")
                        .forEach(attribute -> attributes.add(
                                new Attribute(JsonFields.text(attribute, "name"), JsonFields.text(attribute, "type"))));
                yield new CompositeType(schema, name, attributes);
            }
            case "range" ->
                new RangeType(
                        schema,
                        name,
                        JsonFields.text(node, "subtype"),
                        node.has("multirange") ? Optional.of(JsonFields.text(node, "multirange")) : Optional.empty());
            case "collation" ->
                new CollationType(
                        schema,
                        name,
                        JsonFields.text(node, "provider"),
                        JsonFields.text(node, "locale"),
                        node.has("rules") ? Optional.of(JsonFields.text(node, "rules")) : Optional.empty(),
                        JsonFields.flag(node, "deterministic"));
            case "extension" -> new ExtensionType(schema, name, JsonFields.text(node, "extension"));
            default ->
                throw new MalformedEventException(
                        "type " + name + ": kind '" + kind + "' (expected: one that this version knows)");
        };
    }
}
