package io.stoa.ops.config;

import io.stoa.ops.config.Key.Effect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Every key, and the tree they form. Read from {@code keys.txt} beside this class. */
final class KeyTable {
    private static final Pattern LINE = Pattern.compile("(\\S+)\\s+(\\S+)\\s+(\\S+)(?:\\s+-> (\\S+):(\\S+))?");

    private final Map<String, Key> keys = new LinkedHashMap<>();
    private final Place root = new Place();

    /** A place in the tree: a map with known fields, a map with any names, a list, or a value. */
    static final class Place {
        final Map<String, Place> fields = new LinkedHashMap<>();
        Place any;
        Place element;
        Key key;

        private Place child(String part) {
            if (part.equals("*")) return any == null ? any = new Place() : any;
            boolean list = part.endsWith("[]");
            Place place = fields.computeIfAbsent(list ? part.substring(0, part.length() - 2) : part, name -> new Place());
            if (!list) return place;
            return place.element == null ? place.element = new Place() : place.element;
        }
    }

    private KeyTable(List<Key> all) {
        for (Key key : all) {
            if (keys.put(key.path(), key) != null) throw new IllegalStateException("key table: twice " + key.path());
            Place place = root;
            for (String part : key.path().split("\\.")) place = place.child(part);
            place.key = key;
        }
    }

    static KeyTable load() {
        try (InputStream in = KeyTable.class.getResourceAsStream("keys.txt")) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyTable parse(String text) {
        List<Key> all = new ArrayList<>();
        String effect = "";
        for (String line : text.lines().filter(candidate -> !candidate.isBlank() && !candidate.startsWith("#")).toList()) {
            if (line.startsWith("> ")) effect = line.substring(2);
            else all.add(key(line, effect));
        }
        return new KeyTable(all);
    }

    private static Key key(String line, String effect) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) throw new IllegalStateException("key table: " + line);
        String path = matcher.group(1);
        Optional<String> defaultText = Optional.of(matcher.group(3)).filter(value -> !value.equals("-"));
        return new Key(path, KeyType.named(matcher.group(2)), defaultText, effect(effect, path, matcher.group(4), matcher.group(5)));
    }

    private static Effect effect(String words, String path, String pid, String property) {
        if (words.startsWith("none: ")) return new Effect.None(words.substring(6));
        if (words.equals("here")) return new Effect.Own();
        boolean live = words.equals("live");
        if (!live && !words.equals("restart")) throw new IllegalStateException("key table: > " + words);
        if (pid != null) return new Effect.Property(pid, property, live);
        String plain = path.replaceAll("\\[].*|\\.\\*.*", "");
        int dot = plain.indexOf('.');
        return new Effect.Property("io.stoa." + plain.substring(0, dot), Key.camelCase(plain.substring(dot + 1)), live);
    }

    Place root() {
        return root;
    }

    Iterable<Key> all() {
        return keys.values();
    }

    Optional<Key> key(String path) {
        return Optional.ofNullable(keys.get(path));
    }

    /** Keys that have a flag and an environment variable. */
    List<Key> settable() {
        return keys.values().stream().filter(Key::settable).toList();
    }

    /**
     * What the writer of an unknown key may have meant: a close name beside it, or the same name elsewhere.
     *
     * @param parent path of the map that holds it, empty at the top
     */
    Optional<String> nearest(Place place, String parent, String name) {
        String prefix = parent.isEmpty() ? "" : parent + ".";
        Optional<String> sibling = closest(name, place.fields.keySet()).map(close -> prefix + close);
        if (sibling.isPresent()) return sibling;
        return keys.keySet().stream()
                .filter(path -> path.equals(name) || path.endsWith("." + name) || path.startsWith(name + "."))
                .map(path -> path.startsWith(name + ".") ? name : path)
                .min(Comparator.comparingInt(String::length))
                .or(() -> closest(prefix + name, keys.keySet()));
    }

    /** The candidate with the fewest edits, if they are few for its length. */
    static Optional<String> closest(String name, Iterable<String> candidates) {
        String best = null;
        int least = Math.max(2, name.length() / 4) + 1;
        for (String candidate : candidates) {
            int edits = edits(name, candidate);
            if (edits < least) {
                least = edits;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein's distance; a swap of neighbours counts two. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int same = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(same, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
