package io.stoa.ops.config;

import io.stoa.ops.config.KeyTable.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The values that a YAML text gives to keys, by path; lists and open maps are kept whole under the path of their container. Types come
 * from the key table, not from how a scalar looks, as in LiveKit: {@code api_key: 123} is a text. Null means not set.
 */
final class YamlSettings {
    private static final int DEEPEST = 60;
    private static final int NAMES_SHOWN = 12;
    private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL"); // YAML 1.1, as Go's

    private final KeyTable table;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    private YamlSettings(KeyTable table) {
        this.table = table;
    }

    /**
     * @param values by path
     * @param used paths in the table of all keys that the text sets
     * @param unknown faults about unknown keys, which a lenient start passes over
     */
    record Result(Map<String, Object> values, Set<String> used, List<String> faults, List<String> unknown) {}

    static Result read(KeyTable table, String text, String source) {
        YamlSettings reader = new YamlSettings(table);
        reader.document(text, source);
        return new Result(reader.values, reader.used, reader.faults, reader.unknown);
    }

    /** A plain map of texts, as key files are. */
    static Map<String, String> texts(String text, String source) throws ConfigException {
        Map<String, String> texts = new LinkedHashMap<>();
        Optional<Node> root = compose(text, source);
        if (root.isEmpty() || isNull(root.get())) return texts;
        if (!(root.get() instanceof MappingNode map)) throw new ConfigException(source + ": allowed: lines of the form \"key: secret\"");
        for (NodeTuple entry : map.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode name) || !(entry.getValueNode() instanceof ScalarNode value))
                throw new ConfigException(source + ", line " + line(entry.getKeyNode()) + ": allowed: lines of the form \"key: secret\"");
            texts.put(name.getValue(), value.getValue());
        }
        return texts;
    }

    private static Optional<Node> compose(String text, String source) throws ConfigException {
        LoadSettings settings = LoadSettings.builder().setLabel(source).build();
        try {
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark().map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
            throw new ConfigException(source + where + ": not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ConfigException(source + ": not YAML: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private void document(String text, String source) {
        try {
            Optional<Node> root = compose(text, source);
            if (root.isEmpty() || isNull(root.get())) return;
            if (root.get() instanceof MappingNode map) fields(table.root(), map, "", values, true);
            else faults.add(source + ": not a map of keys");
        } catch (ConfigException e) {
            faults.addAll(e.faults());
        }
    }

    /** @param flat whether values are kept by their whole path (outside of lists and open maps) */
    private void fields(Place place, MappingNode map, String parent, Map<String, Object> into, boolean flat) {
        for (Map.Entry<String, Node> entry : entries(map, parent).entrySet()) {
            String path = parent.isEmpty() ? entry.getKey() : parent + "." + entry.getKey();
            Place child = place.fields.get(entry.getKey());
            if (child == null) unknown.add(unknownKey(place, parent, entry.getKey(), entry.getValue()));
            else if (isNull(entry.getValue())) continue;
            else if (flat && !child.fields.isEmpty() && entry.getValue() instanceof MappingNode inner) fields(child, inner, path, into, true);
            else value(child, entry.getValue(), path).ifPresent(value -> into.put(flat ? path : entry.getKey(), value));
        }
    }

    private Optional<Object> value(Place place, Node node, String path) {
        if (place.key != null) return leaf(place.key, node, path);
        if (place.element != null) return elements(place.element, node, path);
        if (!(node instanceof MappingNode map)) return fault(path, node, "a map" + names(place));
        Map<String, Object> inner = new LinkedHashMap<>();
        if (place.any == null) fields(place, map, path, inner, false);
        else entries(map, path).forEach((name, child) -> value(place.any, child, path + "." + name).ifPresent(value -> inner.put(name, value)));
        return Optional.of(inner);
    }

    private Optional<Object> elements(Place place, Node node, String path) {
        if (!(node instanceof SequenceNode sequence)) return fault(path, node, "a list of maps" + names(place));
        List<Object> list = new ArrayList<>();
        int index = 0;
        for (Node element : sequence.getValue()) value(place, element, path + "[" + index++ + "]").ifPresent(list::add);
        return Optional.of(list);
    }

    private Optional<Object> leaf(Key key, Node node, String path) {
        used.add(key.path());
        return switch (key.type()) {
            case KeyType.Many many -> list(many, node, path);
            case KeyType.Preset preset -> preset(preset, node, path);
            case KeyType.Empty empty ->
                node instanceof MappingNode map && map.getValue().isEmpty() ? Optional.empty() : fault(path, node, empty.allowed());
            case KeyType.NodeIp address when node instanceof MappingNode map -> addresses(address, map, path);
            case KeyType type -> scalar(type, node, path);
        };
    }

    private Optional<Object> scalar(KeyType type, Node node, String path) {
        if (!(node instanceof ScalarNode scalar)) return fault(path, node, type.allowed());
        boolean quoted = scalar.getScalarStyle() != ScalarStyle.PLAIN;
        Optional<Object> value = quoted && type.plainOnly() ? Optional.empty() : type.read(scalar.getValue());
        return value.isPresent() ? value : type.secret() ? fault(path, null, type.allowed()) : fault(path, node, type.allowed());
    }

    private Optional<Object> list(KeyType.Many many, Node node, String path) {
        if (!(node instanceof SequenceNode sequence)) return fault(path, node, many.allowed());
        List<Object> list = new ArrayList<>();
        int index = 0;
        for (Node element : sequence.getValue()) scalar(many.element(), element, path + "[" + index++ + "]").ifPresent(list::add);
        return Optional.of(list);
    }

    private Optional<Object> addresses(KeyType.NodeIp type, MappingNode map, String path) {
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, Node> entry : entries(map, path).entrySet()) {
            boolean known = entry.getKey().equals("ipv4") || entry.getKey().equals("ipv6");
            if (!known || !(entry.getValue() instanceof ScalarNode scalar)) return fault(path, map, type.allowed());
            if (!scalar.getValue().isEmpty()) found.add(scalar.getValue());
        }
        Optional<Object> value = type.read(String.join(",", found));
        return value.isPresent() ? value : fault(path, map, type.allowed());
    }

    private Optional<Object> preset(KeyType.Preset type, Node node, String path) {
        if (!(node instanceof MappingNode)) return fault(path, node, type.allowed());
        String json = json(node, 0).toString();
        return RoomPresets.fault(json).<Optional<Object>>map(reason -> {
            faults.add(path + at(node) + ": " + reason + "; allowed: " + type.allowed());
            return Optional.empty();
        }).orElse(Optional.of(json));
    }

    private static com.google.gson.JsonElement json(Node node, int depth) {
        if (depth > DEEPEST || isNull(node)) return com.google.gson.JsonNull.INSTANCE;
        return switch (node) {
            case MappingNode map -> {
                var object = new com.google.gson.JsonObject();
                for (NodeTuple entry : map.getValue())
                    if (entry.getKeyNode() instanceof ScalarNode name) object.add(name.getValue(), json(entry.getValueNode(), depth + 1));
                yield object;
            }
            case SequenceNode sequence -> {
                var array = new com.google.gson.JsonArray();
                for (Node element : sequence.getValue()) array.add(json(element, depth + 1));
                yield array;
            }
            case ScalarNode scalar when scalar.getTag().equals(Tag.BOOL) -> new com.google.gson.JsonPrimitive(Boolean.valueOf(scalar.getValue()));
            case ScalarNode scalar -> new com.google.gson.JsonPrimitive(scalar.getValue());
            default -> com.google.gson.JsonNull.INSTANCE;
        };
    }

    private Map<String, Node> entries(MappingNode map, String path) {
        return entries(map, path, 0);
    }

    /** By name, with merged maps ({@code <<}, one or a list) below the map's own entries; a name that stands twice is a fault. */
    private Map<String, Node> entries(MappingNode map, String path, int depth) {
        Map<String, Node> merged = new LinkedHashMap<>();
        Map<String, Node> own = new LinkedHashMap<>();
        for (NodeTuple entry : map.getValue()) {
            String name = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            Optional<List<MappingNode>> others = name.equals("<<") && depth < DEEPEST ? maps(entry.getValueNode()) : Optional.empty();
            if (others.isPresent()) others.get().forEach(other -> entries(other, path, depth + 1).forEach(merged::putIfAbsent));
            else if (own.put(name, entry.getValueNode()) != null)
                faults.add((path.isEmpty() ? name : path + "." + name) + at(entry.getKeyNode()) + ": stands twice");
        }
        merged.putAll(own);
        return merged;
    }

    private static Optional<List<MappingNode>> maps(Node node) {
        if (node instanceof MappingNode map) return Optional.of(List.of(map));
        boolean all = node instanceof SequenceNode list && list.getValue().stream().allMatch(MappingNode.class::isInstance);
        return all ? Optional.of(((SequenceNode) node).getValue().stream().map(MappingNode.class::cast).toList()) : Optional.empty();
    }

    private String unknownKey(Place place, String parent, String name, Node node) {
        String path = parent.isEmpty() ? name : parent + "." + name;
        String hint = table.nearest(place, parent, name).map(near -> "; did you mean " + near + "?").orElseGet(() -> "; allowed here:" + names(place).replaceFirst(" of", ""));
        return path + at(node) + ": unknown key" + hint;
    }

    private Optional<Object> fault(String path, Node node, String allowed) {
        String shown = switch (node) {
            case null -> "";
            case ScalarNode scalar -> " \"" + shortened(scalar.getValue()) + "\"";
            case SequenceNode _ -> " a list";
            case MappingNode _ -> " a map";
            default -> "";
        };
        faults.add(path + (node == null ? "" : at(node)) + ":" + shown + " is not allowed; allowed: " + allowed);
        return Optional.empty();
    }

    private static String names(Place place) {
        String shown = place.fields.keySet().stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "));
        return shown.isEmpty() ? "" : " of " + shown + (place.fields.size() > NAMES_SHOWN ? ", …" : "");
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    private static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.PLAIN && NULL.contains(scalar.getValue());
    }

    private static String at(Node node) {
        return " (line " + line(node) + ")";
    }

    private static String line(Node node) {
        return node.getStartMark().map(mark -> String.valueOf(mark.getLine() + 1)).orElse("?");
    }
}
