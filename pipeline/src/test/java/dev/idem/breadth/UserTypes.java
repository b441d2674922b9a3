package dev.idem.breadth;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Types that the source's users have made: enumerations that grow, domains, composites, ranges, those of extensions.
 *
 * <p><i>Threads:</i> thread-safe.
 */
final class UserTypes {

    static final List<String> EXTENSIONS = List.of("hstore", "citext", "ltree", "cube", "isn");

    private final List<Enumeration> enumerations = new ArrayList<>();
    private final List<ValueType> types = new ArrayList<>();

    /** An enumeration; its labels are those that are committed. */
    record Enumeration(String sql, List<String> labels) {
        String any(Random random) {
            return labels.get(random.nextInt(labels.size()));
        }
    }

    private UserTypes() {}

    /** Makes them in these schemas. */
    static UserTypes make(Connection connection, List<String> schemas, Names names, Random random) throws SQLException {
        UserTypes made = new UserTypes();
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String schema : schemas) {
                made.makeIn(statement, schema, names, random);
            }
        }
        made.types.add(ValueType.key("citext", r -> r.nextBoolean() ? Texts.word(r) : "W" + r.nextInt(500)));
        made.types.add(ValueType.plain("hstore", r -> "\"a b\"=>\"" + Texts.word(r) + "\", c=>NULL"));
        made.types.add(ValueType.plain("ltree", r -> "Top." + Texts.word(r)));
        made.types.add(ValueType.plain("cube", r -> "(" + r.nextInt(9) + ", 2),(3, 4.5)"));
        made.types.add(ValueType.plain("isbn", ValueType.oneOf("0-393-04002-X", "978-0-11-000533-1")));
        return made;
    }

    private void makeIn(Statement statement, String schema, Names names, Random random) throws SQLException {
        Enumeration enumeration = new Enumeration(name(schema, names, random), new CopyOnWriteArrayList<>());
        enumeration.labels().addAll(List.of("red", "it's \"green\"", "blue, \\ {x}", ""));
        statement.execute(
                "create type " + enumeration.sql() + " as enum ('red', 'it''s \"green\"', 'blue, \\ {x}', '')");
        enumerations.add(enumeration);
        ValueType color = ValueType.key(enumeration.sql(), enumeration::any);
        types.add(color);
        types.add(color.array(1));

        String domain = name(schema, names, random);
        statement.execute("create domain " + domain + " as numeric(12, 2) check (value > -1000000)");
        ValueType amount = ValueType.plain(domain, Texts::decimal);
        types.add(amount);
        String word = name(schema, names, random);
        statement.execute("create domain " + word + " as text collate \"C\"");
        types.add(ValueType.key(word, Texts::word));
        String outer = name(schema, names, random);
        statement.execute("create domain " + outer + " as " + domain + " check (value < 1000000)");
        types.add(ValueType.plain(outer, Texts::decimal));

        String composite = name(schema, names, random);
        statement.execute("create type " + composite + " as (\"the a\" integer, b text, c " + enumeration.sql() + ", d "
                + domain + ")");
        ValueType place = ValueType.plain(
                composite,
                r -> "(" + r.nextInt(10) + ",\"" + escaped(Texts.word(r)) + " x\",\"" + escaped(enumeration.any(r))
                        + "\",1.5)");
        types.add(place);
        types.add(place.array(1));

        String range = name(schema, names, random);
        statement.execute("create type " + range + " as range (subtype = text)");
        types.add(ValueType.plain(range, r -> "[a" + r.nextInt(9) + ",b" + r.nextInt(9) + ")"));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static String name(String schema, Names names, Random random) {
        return Names.quoted(schema) + '.' + Names.quoted(names.next(random));
    }

    List<ValueType> types() {
        return types;
    }

    Enumeration anyEnumeration(Random random) {
        return enumerations.get(random.nextInt(enumerations.size()));
    }
}
