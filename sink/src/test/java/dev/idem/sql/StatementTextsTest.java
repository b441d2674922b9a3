package dev.idem.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.idem.change.TypeDefinition.Attribute;
import dev.idem.change.TypeDefinition.CollationType;
import dev.idem.change.TypeDefinition.CompositeType;
import dev.idem.change.TypeDefinition.DomainType;
import dev.idem.change.TypeDefinition.EnumType;
import dev.idem.change.TypeDefinition.ExtensionType;
import dev.idem.change.TypeDefinition.Label;
import dev.idem.change.TypeDefinition.RangeType;
import dev.idem.sql.UpsertSql.Guard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Every statement that is generated, as a text in {@code src/test/resources/sql}: what a change of this package does to
 * the SQL is seen in the files. {@code -Didem.docs.write=true} writes them anew.
 */
class StatementTextsTest {

    private static final Path DIRECTORY = Path.of("src/test/resources/sql");

    private static final TargetColumn ID = column("id", "bigint", true, false);
    private static final TargetColumn BODY = column("bo\"dy", "character varying(20)", true, true);
    private static final TargetColumn EXTRA = column("ex'tra", "text", false, true);
    private static final TargetColumn SMALL = column("small", "integer", true, false);
    private static final TargetColumn CODE = new TargetColumn("code", "public.citext", true, false, "public.ci", null);
    private static final TargetColumn KIND = new TargetColumn("kind", "public.kind", true, true, null, "public.size");
    private static final GeneratedColumn SUM =
            new GeneratedColumn(column("sum", "integer", false, false), "small + 1", false, 1);
    private static final GeneratedColumn VIRTUAL =
            new GeneratedColumn(column("twice", "integer", false, false), "small * 2", true, 4);

    private static final TargetTable KEYED =
            new TargetTable("public", "notes", List.of(ID, SMALL, BODY, EXTRA), List.of(ID), 7, List.of(SUM, VIRTUAL));
    private static final TargetTable WIDE_KEY =
            new TargetTable("a.b", "No\"tes", List.of(SMALL, CODE, KIND), List.of(KIND, CODE), 8, List.of());
    private static final TargetTable KEYLESS =
            new TargetTable("public", "heap", List.of(ID, EXTRA), List.of(), 9, List.of());

    @Test
    void table_with_a_key() throws IOException {
        Map<String, String> statements = new LinkedHashMap<>(definitions(KEYED));
        statements.putAll(keyed(KEYED));
        statements.put("add column", lines(TableSql.addColumn(KEYED, BODY, null)));
        statements.put("add column with values", lines(TableSql.addColumn(KEYED, BODY, "it's")));
        statements.put("add generated", TableSql.addGenerated(KEYED, SUM));
        statements.put("add empty", TableSql.addEmpty(KEYED, SUM));
        statements.put("drop expression", TableSql.dropExpression(KEYED, "sum"));
        statements.put("drop column", TableSql.dropColumn(KEYED, "small"));
        statements.put("delete rows", TableSql.deleteRows(KEYED));
        statements.put("delete tombstones", TableSql.deleteTombstones(KEYED));
        statements.put("rename column", TableSql.renameColumn(KEYED, "small", "tiny"));
        statements.put("rename tombstone column", TableSql.renameTombstoneColumn(KEYED, "id", "number"));
        statements.put("rename carried", TableSql.renameCarried(KEYED, "ex'tra", "more"));
        statements.put("forget carried", TableSql.forgetCarried(KEYED, "ex'tra"));
        statements.put("change type", TableSql.changeType(KEYED, BODY));
        statements.put("change tombstone type", TableSql.changeTombstoneType(KEYED, ID));
        statements.put("forbid null", TableSql.changeNullability(KEYED, SMALL));
        statements.put("forbid no null where a value can be missing", TableSql.changeNullability(KEYED, BODY));
        statements.put("allow null", TableSql.allowNull(KEYED, "small"));
        statements.put("rename", MoveSql.rename("public", "notes", "others"));
        statements.put("set schema", MoveSql.setSchema("public", "notes", "elsewhere"));
        statements.put("renames of indexes", MoveSql.renamesOfIndexes());
        check("keyed.sql", statements);
    }

    @Test
    void table_with_a_key_of_several_columns_of_unusual_types() throws IOException {
        Map<String, String> statements = new LinkedHashMap<>(definitions(WIDE_KEY));
        statements.putAll(keyed(WIDE_KEY));
        check("wide-key.sql", statements);
    }

    @Test
    void table_whose_columns_are_all_of_the_key_and_table_of_many_columns() throws IOException {
        List<TargetColumn> many = IntStream.rangeClosed(1, 101)
                .mapToObj(i -> column("c" + i, "integer", false, true))
                .toList();
        Map<String, String> statements = new LinkedHashMap<>();
        TargetTable onlyKey = new TargetTable("public", "only_key", List.of(ID), List.of(ID), 1, List.of());
        TargetTable wide = new TargetTable("public", "wide", many, many.subList(0, 1), 2, List.of());
        statements.put("only key", UpsertSql.partial(onlyKey, Guard.FRESH));
        statements.put("many columns", UpsertSql.partial(wide, Guard.FRESH));
        check("columns.sql", statements);
    }

    @Test
    void table_without_a_key() throws IOException {
        Map<String, String> statements = new LinkedHashMap<>(definitions(KEYLESS));
        statements.put("insert", KeylessSql.insert(KEYLESS, Guard.FRESH));
        statements.put("insert again", KeylessSql.insert(KEYLESS, Guard.REPLAYED));
        statements.put("remove", KeylessSql.remove(KEYLESS));
        statements.put("below floor", DeleteSql.belowFloor(KEYLESS));
        statements.put("number rows", KeySql.numberRows(KEYLESS));
        statements.put("has identity", KeySql.hasIdentity());
        statements.put("drops of identity", KeySql.dropsOfIdentity());
        check("keyless.sql", statements);
    }

    @Test
    void types() throws IOException {
        Map<String, String> statements = new LinkedHashMap<>();
        EnumType size = new EnumType("public", "size", 1, List.of(new Label(1, "s"), new Label(2, "it's")));
        CollationType collation =
                new CollationType("public", "ci", "icu", "und-u-ks-level2", Optional.of("&a<b"), false);
        List.of(
                        size,
                        new DomainType("public", "kind", "public.size"),
                        new CompositeType("public", "pair", 1, List.of(new Attribute("x", "integer", 1))),
                        new RangeType(
                                "public",
                                "span",
                                "text",
                                Optional.of("spans"),
                                Optional.of("\"C\""),
                                Optional.of("text_ops")),
                        new RangeType(
                                "public", "plain", "integer", Optional.empty(), Optional.empty(), Optional.empty()),
                        collation)
                .forEach(
                        type -> statements.put(type.name(), TypeSql.create(type).orElseThrow()));
        statements.put("type exists", TypeSql.exists(size));
        statements.put("collation exists", TypeSql.exists(collation));
        statements.put("existing columns", ExistingColumn.QUERY);
        statements.put("list and filter", PublicationSql.listAndFilter());
        check("types.sql", statements);
        assertThat(TypeSql.create(new ExtensionType("public", "hstore", "hstore")))
                .isEmpty();
    }

    @Test
    void comparison() throws IOException {
        List<ComparedTable.Column> columns =
                List.of(new ComparedTable.Column("id", false), new ComparedTable.Column("body", true));
        ComparisonSql keyed = new ComparisonSql(new ComparedTable(
                "public",
                "notes",
                false,
                columns,
                List.of(
                        new KeyColumn("id", KeyColumn.Order.NATIVE, "bigint"),
                        new KeyColumn("name", KeyColumn.Order.BYTES, "text"),
                        new KeyColumn("kind", KeyColumn.Order.TEXT, "public.kind")),
                Optional.of("id > 3"),
                true));
        ComparisonSql keyless = new ComparisonSql(
                new ComparedTable("public", "heap", true, columns, List.of(), Optional.empty(), false));
        Map<String, String> statements = new LinkedHashMap<>();
        statements.put("first chunk's end", keyed.chunkEnd(false));
        statements.put("next chunk's end", keyed.chunkEnd(true));
        statements.put("digest of a chunk", keyed.chunkDigest(true, true));
        statements.put("digest of everything", keyed.chunkDigest(false, false));
        statements.put("rows of the last chunk", keyed.chunkRows(true, false));
        statements.put("rows of the first chunk", keyed.chunkRows(false, true));
        statements.put("rows", keyed.rows());
        statements.put("column digests", keyed.columnDigests());
        statements.put("buckets", keyless.buckets());
        statements.put("groups", keyless.groups());
        statements.put("counts of", keyless.countsOf());
        statements.put("column digests of a table that tells nothing missing", keyless.columnDigests());
        check("comparison.sql", statements);
    }

    private static Map<String, String> definitions(TargetTable table) {
        Map<String, String> statements = new LinkedHashMap<>();
        statements.put("create", TableSql.create(table));
        statements.put("create tombstones", TableSql.createTombstones(table));
        statements.put("add metadata", TableSql.addMetadata(table));
        statements.put("create identity", TableSql.createIdentity(table));
        statements.put("add identity", KeySql.addIdentity(table));
        statements.put("identity", String.join(", ", KeySql.identity(table)));
        statements.put("drop tombstones", KeySql.dropTombstones(table));
        statements.put("purge", PurgeSql.forget(table));
        return statements;
    }

    private static Map<String, String> keyed(TargetTable table) {
        Map<String, String> statements = new LinkedHashMap<>();
        statements.put("complete rows", UpsertSql.complete(table));
        statements.put("partial rows", UpsertSql.partial(table, Guard.FRESH));
        statements.put("partial rows again", UpsertSql.partial(table, Guard.REPLAYED));
        statements.put("delete by key", DeleteSql.byKey(table));
        statements.put("take out", DeleteSql.takeOut(table));
        statements.put("forget earlier life", DeleteSql.forgetEarlierLife(table));
        statements.put("below floor", DeleteSql.belowFloor(table));
        statements.put("forget below floor", DeleteSql.forgetBelowFloor(table));
        statements.put("carry", CarrySql.lookup(table));
        return statements;
    }

    private static TargetColumn column(String name, String type, boolean notNull, boolean toastable) {
        return new TargetColumn(name, type, notNull, toastable, null, null);
    }

    private static String lines(List<String> statements) {
        return String.join(";\n", statements);
    }

    private static void check(String file, Map<String, String> statements) throws IOException {
        String text = statements.entrySet().stream()
                .map(statement -> "-- " + statement.getKey() + '\n' + statement.getValue() + ";\n")
                .collect(Collectors.joining("\n"));
        if (Boolean.getBoolean("idem.docs.write")) {
            Files.createDirectories(DIRECTORY);
            Files.writeString(DIRECTORY.resolve(file), text);
        }
        assertThat(text).isEqualTo(Files.readString(DIRECTORY.resolve(file)));
    }
}
