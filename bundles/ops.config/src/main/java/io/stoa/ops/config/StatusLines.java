package io.stoa.ops.config;

import java.util.ArrayList;
import java.util.List;

/** What of a status (a line per bundle and per component, reasons indented below) answers the question why. */
public final class StatusLines {
    private StatusLines() {}

    /** What is not at work and for what reason; with names, all lines about them. */
    public static List<String> why(List<String> status, List<String> names) {
        List<String> shown = new ArrayList<>();
        boolean taking = false;
        for (String line : status) {
            if (!line.startsWith("  ")) taking = names.isEmpty() ? isIdle(line) : names.stream().anyMatch(line::contains);
            if (taking) shown.add(line);
        }
        if (!shown.isEmpty()) return shown;
        return List.of(names.isEmpty() ? "everything is at work" : "nothing here is called " + String.join(", ", names));
    }

    private static boolean isIdle(String line) {
        boolean works = line.contains(" ACTIVE") || line.contains(" SATISFIED");
        return !line.startsWith("process ") && !works;
    }
}
