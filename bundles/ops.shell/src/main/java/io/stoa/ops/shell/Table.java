package io.stoa.ops.shell;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Rows under columns, for people or as JSON. */
final class Table {
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();
    private static final String GAP = "  ";

    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    /** @param columns in words: {@code round trip} is {@code ROUND TRIP} for people and {@code roundTrip} in JSON */
    Table(String... columns) {
        this.columns = List.of(columns);
    }

    void row(Object... values) {
        if (values.length != columns.size()) throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        rows.add(List.of(values));
    }

    /** @param nothing what to say instead of a table without rows */
    String text(String nothing) {
        if (rows.isEmpty()) return nothing;
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream().map(column -> column.toUpperCase(Locale.ROOT)).toList());
        for (List<Object> row : rows) lines.add(row.stream().map(Table::shown).toList());
        int[] widths = new int[columns.size()];
        for (List<String> line : lines) for (int i = 0; i < widths.length; i++) widths[i] = Math.max(widths[i], line.get(i).length());
        return lines.stream().map(line -> aligned(line, widths)).collect(Collectors.joining("\n"));
    }

    private static String aligned(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) text.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length())).append(GAP);
        return text.toString().stripTrailing();
    }

    private static String shown(Object value) {
        String text = switch (value) {
            case Boolean flag -> flag ? "yes" : "no";
            case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(", "));
            default -> value.toString();
        };
        return text.isEmpty() ? "-" : harmless(text);
    }

    /** Without what a terminal would obey. */
    static String harmless(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> shown.appendCodePoint(switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> '?';
            default -> c;
        }));
        return shown.toString();
    }

    String json() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (List<Object> row : rows) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) fields.put(camelCase(columns.get(i)), row.get(i));
            all.add(fields);
        }
        return JSON.toJson(all);
    }

    private static String camelCase(String column) {
        String[] words = column.split(" ");
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        return name.toString();
    }
}
