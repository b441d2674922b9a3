package dev.idem.cli;

import dev.idem.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Tables as a person types them: {@code orders,sales.items,"My Schema"."a.b"}. Names are taken as the catalogue holds
 * them, in their case; quotes are needed only around dots, commas and quotes. Without a schema it is {@code public}.
 */
final class TableNames implements ITypeConverter<List<TableId>> {

    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[^\",.]+)";
    private static final Pattern TABLE = Pattern.compile("\\s*(?:" + NAME + "\\.)?" + NAME + "\\s*(?:,|$)");

    @Override
    public List<TableId> convert(String text) {
        List<TableId> tables = new ArrayList<>();
        Matcher table = TABLE.matcher(text);
        int position = 0;
        while (position < text.length()) {
            if (!table.find(position) || table.start() != position) {
                throw new TypeConversionException(
                        "'" + text + "' (expected: schema.table, several divided by commas, odd names in quotes)");
            }
            String schema = table.group(1) == null ? "public" : table.group(1);
            tables.add(new TableId(unquoted(schema), unquoted(table.group(2))));
            position = table.end();
        }
        return tables;
    }

    private static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name.strip();
    }
}
