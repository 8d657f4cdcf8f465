package io.stoa.ops.config;

import io.stoa.ops.config.Key.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Settings as configurations: one dictionary of properties per PID, complete with defaults. */
final class Configurations {
    private Configurations() {}

    static Map<String, Map<String, Object>> of(KeyTable table, Settings settings) {
        Map<String, Map<String, Object>> byPid = new TreeMap<>();
        for (Key key : table.all()) {
            if (!(key.effect() instanceof Effect.Property target)) continue;
            Map<String, Object> properties = byPid.computeIfAbsent(target.pid(), pid -> new LinkedHashMap<>());
            Object value = settings.values().get(key.container());
            if (value != null) properties.put(target.name(), property(key.container(), value));
        }
        return byPid;
    }

    /** Paths whose values differ and that only a restart brings into force. */
    static List<String> needingRestart(KeyTable table, Settings before, Settings after) {
        List<String> paths = new ArrayList<>();
        for (Key key : table.all()) {
            String path = key.container();
            boolean live = !(key.effect() instanceof Effect.Property target) || target.live();
            if (!live && !java.util.Objects.equals(before.values().get(path), after.values().get(path))) paths.add(path);
        }
        return paths;
    }

    /** Keys that somebody set and that do nothing here, by reason. */
    static Map<String, Set<String>> withoutEffect(KeyTable table, Set<String> used) {
        Map<String, Set<String>> byReason = new LinkedHashMap<>();
        for (Key key : table.all())
            if (used.contains(key.path()) && key.effect() instanceof Effect.None none)
                byReason.computeIfAbsent(none.reason(), reason -> new java.util.LinkedHashSet<>()).add(key.path());
        return byReason;
    }

    /** Declarative Services convert numbers to what a component asks for; durations are milliseconds. */
    private static Object property(String path, Object value) {
        return switch (value) {
            case List<?> list when path.equals("room.enabled_codecs") -> codecs(list);
            case List<?> list when list.stream().allMatch(String.class::isInstance) -> list.toArray(String[]::new);
            case List<?> list -> list.stream().map(Configurations::json).toArray(String[]::new);
            case Map<?, ?> map -> presets(map);
            case Duration duration -> duration.toMillis();
            default -> value;
        };
    }

    /** {@code video/rtx} belongs to every list: without it nothing is sent again. */
    private static String[] codecs(List<?> list) {
        Set<String> lines = list.stream().map(element -> codec((Map<?, ?>) element)).collect(Collectors.toCollection(java.util.LinkedHashSet::new));
        if (lines.stream().noneMatch(line -> line.equalsIgnoreCase("video/rtx"))) lines.add("video/rtx");
        return lines.toArray(String[]::new);
    }

    private static String codec(Map<?, ?> codec) {
        Object format = codec.get("fmtp_line");
        return String.valueOf(codec.get("mime")) + (format == null || "".equals(format) ? "" : " " + format);
    }

    /** Values are JSON already. */
    private static String presets(Map<?, ?> presets) {
        return presets.entrySet().stream()
                .map(entry -> new com.google.gson.JsonPrimitive((String) entry.getKey()) + ":" + entry.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String json(Object value) {
        return new com.google.gson.Gson().toJson(value);
    }
}
