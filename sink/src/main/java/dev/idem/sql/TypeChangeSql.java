package dev.idem.sql;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.Label;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/**
 * Makes of a type in the warehouse what it has become at the source. Labels and attributes are told by their ids, so a
 * rename is a rename.
 *
 * <p>What the warehouse has already is left alone, so that statements which were committed once are not made again.
 */
public final class TypeChangeSql {

    private TypeChangeSql() {}

    /**
     * Renames and adds labels. A label that is added can be used only once the statements are committed.
     *
     * @param type what the type is now at the source
     * @param known its labels as they were when the warehouse's type was made or last changed
     * @param present the labels that the warehouse's type has, in their order
     */
    public static List<String> labels(EnumType type, List<Label> known, List<String> present) {
        List<String> statements = new ArrayList<>();
        List<String> labels = new ArrayList<>(present);
        if (!present.equals(type.texts())) {
            Map<Long, String> now = type.labels().stream()
                    .filter(label -> label.id() != 0)
                    .collect(Collectors.toMap(Label::id, Label::text));
            Map<String, String> renames = new LinkedHashMap<>();
            known.forEach(label -> renames.put(label.text(), now.getOrDefault(label.id(), label.text())));
            rename(
                    labels,
                    renames,
                    (old, young) -> "alter type " + type.name() + " rename value " + SqlIdentifier.literal(old) + " to "
                            + SqlIdentifier.literal(young),
                    statements);
        }
        addLabels(type, labels, statements);
        return statements;
    }

    private static void addLabels(EnumType type, List<String> known, List<String> statements) {
        String before = null;
        for (String label : type.texts()) {
            if (!known.contains(label)) {
                int place = before == null ? 0 : known.indexOf(before) + 1;
                String where = known.isEmpty()
                        ? ""
                        : before == null
                                ? " before " + SqlIdentifier.literal(known.get(0))
                                : " after " + SqlIdentifier.literal(before);
                statements.add("alter type " + type.name() + " add value if not exists " + SqlIdentifier.literal(label)
                        + where);
                known.add(place, label);
            }
            before = label;
        }
    }

    /**
     * Drops, renames and adds attributes. A record's text has its fields in order and without names, so an attribute
     * cannot stay that the source has dropped.
     *
     * @param type what the type is now at the source
     * @param known its attributes as they were when the warehouse's type was made or last changed
     * @param present the names of those that the warehouse's type has, in their order
     */
    public static List<String> attributes(CompositeType type, List<Attribute> known, List<String> present) {
        List<String> statements = new ArrayList<>();
        List<String> names = new ArrayList<>(present);
        List<String> wanted = type.attributes().stream().map(Attribute::name).toList();
        if (!present.equals(wanted)) {
            Map<Integer, String> now = new HashMap<>();
            type.attributes().forEach(attribute -> now.put(attribute.number(), attribute.name()));
            Map<String, String> renames = new LinkedHashMap<>();
            for (Attribute attribute : known) {
                if (attribute.number() == 0 || now.containsKey(attribute.number())) {
                    renames.put(attribute.name(), now.getOrDefault(attribute.number(), attribute.name()));
                } else if (names.remove(attribute.name())) {
                    statements.add(
                            "alter type " + type.name() + " drop attribute " + SqlIdentifier.quoted(attribute.name()));
                }
            }
            rename(
                    names,
                    renames,
                    (old, young) -> "alter type " + type.name() + " rename attribute " + SqlIdentifier.quoted(old)
                            + " to " + SqlIdentifier.quoted(young),
                    statements);
        }
        type.attributes().stream()
                .filter(attribute -> !names.contains(attribute.name()))
                .forEach(attribute -> statements.add(
                        "alter type " + type.name() + " add attribute " + TypeSql.definition(attribute) + " cascade"));
        return statements;
    }

    /**
     * Renames; by way of a name that nobody has where the new name is still that of another one which is renamed.
     *
     * @param present what there is, which is changed
     * @param renames the old names and the new ones, equal where nothing changes
     * @param statement takes both, written
     */
    private static void rename(
            List<String> present,
            Map<String, String> renames,
            BinaryOperator<String> statement,
            List<String> statements) {
        Map<String, String> open = new LinkedHashMap<>();
        renames.forEach((old, now) -> {
            if (!old.equals(now) && present.contains(old)) {
                open.put(old, now);
            }
        });
        Map<String, String> direct = new LinkedHashMap<>();
        Map<String, String> byWay = new LinkedHashMap<>();
        open.forEach((old, now) -> {
            if (open.containsKey(now)) {
                String between = free(present, open.values());
                replace(present, old, between, statement, statements);
                byWay.put(between, now);
            } else {
                direct.put(old, now);
            }
        });
        direct.forEach((old, now) -> replace(present, old, now, statement, statements));
        byWay.forEach((old, now) -> replace(present, old, now, statement, statements));
    }

    private static void replace(
            List<String> present, String old, String now, BinaryOperator<String> statement, List<String> statements) {
        statements.add(statement.apply(old, now));
        present.set(present.indexOf(old), now);
    }

    private static String free(List<String> present, Collection<String> wanted) {
        int number = 1;
        while (present.contains("_idem_" + number) || wanted.contains("_idem_" + number)) {
            number++;
        }
        return "_idem_" + number;
    }
}
