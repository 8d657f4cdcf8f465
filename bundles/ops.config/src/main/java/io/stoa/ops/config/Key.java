package io.stoa.ops.config;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One key of livekit.yaml.
 *
 * @param path parts separated by dots; {@code []} after a list, {@code *} for any name
 * @param defaultText as written in the table, empty = none
 */
record Key(String path, KeyType type, Optional<String> defaultText, Effect effect) {
    /** What a value does. */
    sealed interface Effect {
        /** It is a property of a configuration. */
        record Property(String pid, String name, boolean live) implements Effect {}

        /** This bundle acts on it. */
        record Own() implements Effect {}

        /** It is known and does nothing here. */
        record None(String reason) implements Effect {}
    }

    /** A flag and an environment variable exist: a scalar at a fixed place. */
    boolean settable() {
        return type.scalar() && !path.contains("*") && !path.contains("[]");
    }

    String environmentName() {
        return "LIVEKIT_" + path.toUpperCase(java.util.Locale.ROOT).replace('.', '_');
    }

    Optional<Object> defaultValue() {
        return defaultText.map(text -> type.read(text).orElseThrow(() -> new IllegalStateException("key table: default of " + path)));
    }

    /** Up to the first list or open map: the place under which values are kept. */
    String container() {
        int star = path.indexOf(".*");
        int list = path.indexOf("[]");
        int end = Math.min(star < 0 ? path.length() : star, list < 0 ? path.length() : list);
        return path.substring(0, end);
    }

    /** {@code congestion_control.allow_pause} is {@code congestionControl.allowPause}. */
    static String camelCase(String path) {
        return Stream.of(path.split("\\.")).map(Key::camelCasePart).collect(Collectors.joining("."));
    }

    private static String camelCasePart(String part) {
        StringBuilder text = new StringBuilder();
        for (String word : part.split("_"))
            text.append(text.isEmpty() || word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        return text.toString();
    }
}
