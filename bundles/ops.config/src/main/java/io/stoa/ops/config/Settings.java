package io.stoa.ops.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything settled: what was given, what follows from it, and defaults for the rest. Immutable.
 *
 * @param values by path; absent = not set and no default
 * @param keys API keys and secrets in their order
 * @param used paths in the table that somebody set
 * @param files what was read and may change
 * @param warnings for the operator, once
 */
record Settings(
        boolean dev,
        Map<String, Object> values,
        Map<String, String> keys,
        Set<String> used,
        List<Path> files,
        List<String> warnings) {

    boolean flag(String path) {
        return Boolean.TRUE.equals(values.get(path));
    }

    long number(String path) {
        return values.get(path) instanceof Long number ? number : 0;
    }

    Optional<String> text(String path) {
        return Optional.ofNullable(values.get(path)).map(String::valueOf).filter(text -> !text.isEmpty());
    }

    @SuppressWarnings("unchecked")
    List<Object> list(String path) {
        return (List<Object>) values.getOrDefault(path, List.of());
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> map(String path) {
        return (Map<String, Object>) values.getOrDefault(path, Map.of());
    }

    /** Secrets stay out of logs and messages. */
    @Override
    public String toString() {
        return "Settings[" + used.size() + " keys set, " + keys.size() + " API keys]";
    }
}
