package io.stoa.ops.config;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings in force, and how they change: a changed file is taken as a whole or refused as a whole; what only a restart can bring
 * into force is named and stays as it was, because a component that is activated anew by a changed port would end calls. One thread at a
 * time.
 */
final class CurrentSettings {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentSettings.class);
    private static final String TURN_SERVERS = "rtc.turn_servers";

    private final KeyTable table;
    private final SettingsLoader loader;
    private final Sink sink;
    private final LogLevels levels;
    private final ServerSettings server;
    private final FileWatch files = new FileWatch();
    private final ConfiguredKeys keys;
    private final ConfiguredTurnServers turnServers = new ConfiguredTurnServers(() -> System.currentTimeMillis() / 1_000);
    private final ConfiguredSecrets secrets;
    private final Set<String> reported = new HashSet<>();
    private Settings current;

    /** Where the properties of a configuration go. */
    interface Sink {
        void write(String pid, Map<String, Object> properties) throws IOException;
    }

    /** Loads, but brings nothing into force but levels of the log. */
    CurrentSettings(KeyTable table, SettingsLoader loader, Sink sink, LogLevels levels, ServerSettings server) throws ConfigException {
        this.table = table;
        this.loader = loader;
        this.sink = sink;
        this.levels = levels;
        this.server = server;
        current = loader.load();
        files.take(current.files());
        levels.apply(LogLevels.of(current));
        current.warnings().forEach(LOG::warn);
        report(current.used());
        keys = new ConfiguredKeys(current.keys());
        turnServers.replace(current.list(TURN_SERVERS));
        secrets = new ConfiguredSecrets(table, current);
    }

    ConfiguredKeys keys() {
        return keys;
    }

    ConfiguredTurnServers turnServers() {
        return turnServers;
    }

    ConfiguredSecrets secrets() {
        return secrets;
    }

    /** Brings them into force. */
    void publish() throws IOException {
        server.settings(current);
        write(current);
    }

    /** To be called now and then. */
    void look() {
        if (files.changed(current.files())) reload();
    }

    private void reload() {
        try {
            Settings loaded = loader.load();
            List<String> waiting = Configurations.needingRestart(table, current, loaded);
            Settings next = keeping(waiting, loaded);
            secrets.replace(next); // before whoever needs them hears of the rest
            write(next);
            keys.replace(next.keys());
            turnServers.replace(next.list(TURN_SERVERS));
            levels.apply(LogLevels.of(next));
            loaded.warnings().stream().filter(warning -> !current.warnings().contains(warning)).forEach(LOG::warn);
            report(next.used());
            if (!next.files().equals(current.files())) files.take(next.files());
            current = next;
            server.settings(next);
            LOG.info("the configuration was read anew");
            if (!waiting.isEmpty()) LOG.warn("these keys changed and wait for a restart: {}", String.join(", ", waiting));
        } catch (ConfigException e) {
            LOG.warn("the changed configuration is refused as a whole, the old one stays: {}", e.getMessage());
        } catch (IOException | RuntimeException e) {
            LOG.error("the changed configuration could not be brought in", e);
        }
    }

    private Settings keeping(List<String> paths, Settings loaded) {
        Map<String, Object> values = new HashMap<>(loaded.values());
        for (String path : paths) {
            if (current.values().containsKey(path)) values.put(path, current.values().get(path));
            else values.remove(path);
        }
        return new Settings(loaded.dev(), values, loaded.keys(), loaded.used(), loaded.files(), loaded.warnings());
    }

    private void write(Settings settings) throws IOException {
        for (var entry : Configurations.of(table, settings).entrySet()) sink.write(entry.getKey(), entry.getValue());
    }

    /** Once per key. */
    private void report(Set<String> used) {
        Set<String> others = new HashSet<>(used);
        others.removeAll(reported);
        reported.addAll(others);
        Configurations.withoutEffect(table, others)
                .forEach((reason, paths) -> LOG.warn("no effect here: {} ({})", String.join(", ", paths), reason));
    }
}
