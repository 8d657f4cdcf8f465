package io.stoa.ops.config;

import io.stoa.ops.config.CommandLine.Given;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Assembles settings (spec 11.1): defaults, then YAML, then variables and flags; then what follows from them. */
public final class SettingsLoader {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}|\\$(\\w+)");

    private final KeyTable table;
    private final List<String> arguments;
    private final Map<String, String> environment;

    SettingsLoader(KeyTable table, List<String> arguments, Map<String, String> environment) {
        this.table = table;
        this.arguments = List.copyOf(arguments);
        this.environment = Map.copyOf(environment);
    }

    /** Reads all files anew. */
    Settings load() throws ConfigException {
        Settings settings = loadWithoutKeys();
        if (settings.keys().isEmpty())
            throw new ConfigException("one of key-file or keys must be provided (bin/stoa generate-keys makes a pair; --dev brings its own)");
        return settings;
    }

    /** For those who have no use for API keys; if there are some they must be right. */
    Settings loadWithoutKeys() throws ConfigException {
        CommandLine line = CommandLine.parse(table, arguments, environment);
        Assembly assembly = new Assembly(line);
        assembly.yaml();
        assembly.commandLine();
        if (!assembly.faults.isEmpty()) throw new ConfigException(assembly.faults);
        assembly.keys();
        assembly.turnSecrets();
        DerivedSettings.derive(assembly.values, assembly.keys, line.on("dev"), assembly.warnings);
        assembly.defaults();
        return new Settings(line.on("dev"), Map.copyOf(assembly.values), assembly.keys, assembly.used, assembly.files, assembly.warnings);
    }

    /** One load. */
    private final class Assembly {
        final CommandLine line;
        final Map<String, Object> values = new HashMap<>();
        final Set<String> used = new LinkedHashSet<>();
        final List<String> faults = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();
        final List<Path> files = new ArrayList<>();
        final Map<String, String> keys = new LinkedHashMap<>();

        Assembly(CommandLine line) {
            this.line = line;
        }

        void yaml() throws ConfigException {
            Optional<String> body = line.value("config-body").filter(text -> !text.isBlank());
            Optional<String> file = line.value("config");
            if (body.isPresent()) take(YamlSettings.read(table, body.get(), line.given().get("config-body").origin()));
            else if (file.isPresent()) take(YamlSettings.read(table, text(file.get()), file.get()));
        }

        private String text(String name) throws ConfigException {
            Path file = Path.of(name).toAbsolutePath();
            files.add(file);
            try {
                return Files.readString(file);
            } catch (NoSuchFileException e) {
                throw new ConfigException("--config: \"" + name + "\" does not exist");
            } catch (IOException e) {
                throw new ConfigException("--config: \"" + name + "\" cannot be read (" + e + ")");
            }
        }

        private void take(YamlSettings.Result result) {
            values.putAll(result.values());
            used.addAll(result.used());
            faults.addAll(result.faults());
            (line.on("disable-strict-config") ? warnings : faults).addAll(result.unknown());
        }

        void commandLine() {
            for (Given given : line.given().values()) given.flag().target().flatMap(table::key).ifPresent(key -> set(key, given));
            line.given().values().stream().filter(given -> given.flag().name().endsWith("profile"))
                    .forEach(given -> warnings.add(given.origin() + " has no effect here: " + given.flag().help()));
        }

        private void set(Key key, Given given) {
            used.add(key.path());
            if (key.type() instanceof KeyType.Many) {
                values.put(key.path(), List.copyOf(given.values()));
                return;
            }
            String text = given.values().getLast();
            key.type().read(text).ifPresentOrElse(value -> values.put(key.path(), value),
                    () -> faults.add(given.origin() + ": \"" + text + "\" is not allowed; allowed: " + key.type().allowed()));
        }

        void keys() throws ConfigException {
            if (values.get("keys") instanceof Map<?, ?> inline) inline.forEach((key, secret) -> keys.put((String) key, (String) secret));
            Optional<Given> given = Optional.ofNullable(line.given().get("keys"));
            if (given.isPresent()) replace(YamlSettings.texts(given.get().values().getLast(), given.get().origin()));
            if (values.get("key_file") instanceof String name && !name.isEmpty()) {
                Path file = Path.of(expand(name)).toAbsolutePath();
                files.add(file);
                replace(KeyFile.read(file));
            }
        }

        private void replace(Map<String, String> others) {
            keys.clear();
            keys.putAll(others);
        }

        /** What a {@code secret_file} holds becomes the secret, unless that is given as well. */
        void turnSecrets() throws ConfigException {
            if (!(values.get("rtc.turn_servers") instanceof List<?> servers)) return;
            List<Object> known = new ArrayList<>();
            for (Object server : servers) known.add(withSecret((Map<?, ?>) server));
            values.put("rtc.turn_servers", List.copyOf(known));
        }

        private Map<?, ?> withSecret(Map<?, ?> server) throws ConfigException {
            if (!(server.get("secret_file") instanceof String name) || name.isEmpty() || server.get("secret") instanceof String given && !given.isBlank()) return server;
            Path file = Path.of(expand(name)).toAbsolutePath();
            files.add(file);
            String secret = KeyFile.text("rtc.turn_servers[].secret_file", file, "a secret").strip();
            if (secret.isEmpty()) throw new ConfigException("rtc.turn_servers[].secret_file: \"" + file + "\" is empty; allowed: a file with a secret");
            Map<Object, Object> whole = new HashMap<>(server);
            whole.put("secret", secret);
            return Map.copyOf(whole);
        }

        private String expand(String name) {
            String home = name.equals("~") || name.startsWith("~/") ? environment.getOrDefault("HOME", "") + name.substring(1) : name;
            return VARIABLE.matcher(home).replaceAll(match -> Matcher.quoteReplacement(
                    environment.getOrDefault(match.group(1) == null ? match.group(2) : match.group(1), "")));
        }

        void defaults() {
            for (Key key : table.all())
                if (key.path().equals(key.container())) key.defaultValue().ifPresent(value -> values.putIfAbsent(key.path(), value));
        }
    }
}
