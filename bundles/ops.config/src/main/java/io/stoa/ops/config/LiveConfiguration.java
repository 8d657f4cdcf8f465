package io.stoa.ops.config;

import io.stoa.auth.KeyProvider;
import java.io.IOException;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings settings into the running server, at activation and whenever a file changes. Its watcher, a virtual thread, is the only one that
 * changes anything after activation.
 *
 * <p>What needs a restart keeps its old value in the configurations: a component that is activated anew by a changed port would end
 * calls.
 */
@Component(service = LiveConfiguration.class, immediate = true)
public final class LiveConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfiguration.class);
    private static final long LOOK_MILLIS = 1000;

    private final ConfigurationAdmin admin;
    private final KeyTable table = KeyTable.load();
    private final SettingsLoader loader;
    private final LogLevels levels = new LogLevels(LoggerFactory.getILoggerFactory());
    private final FileWatch files = new FileWatch();
    private final ConfiguredKeys keys;
    private final ServerSettings server;
    private final ServiceRegistration<KeyProvider> registration;
    private final Thread watcher;
    private Settings current;

    @Activate
    public LiveConfiguration(BundleContext context, @Reference ConfigurationAdmin admin, @Reference ServerSettings server)
            throws ConfigException, IOException {
        this.admin = admin;
        this.server = server;
        loader = new SettingsLoader(table, arguments(context), System.getenv());
        current = loader.load();
        files.changed(current.files());
        levels.apply(LogLevels.of(current));
        current.warnings().forEach(LOG::warn);
        report(current.used());
        keys = new ConfiguredKeys(current.keys());
        registration = context.registerService(KeyProvider.class, keys, null);
        server.settings(current);
        write(current);
        watcher = Thread.ofVirtual().name("configuration").start(this::watch);
    }

    @Deactivate
    void deactivate() {
        watcher.interrupt();
        registration.unregister();
    }

    private static List<String> arguments(BundleContext context) {
        String joined = context.getProperty("stoa.args");
        return joined == null || joined.isEmpty() ? List.of() : List.of(joined.split("\0", -1));
    }

    private void watch() {
        try {
            while (!Thread.interrupted()) {
                Thread.sleep(LOOK_MILLIS);
                if (files.changed(current.files())) reload();
            }
        } catch (InterruptedException e) {
            LOG.debug("no more looking at the configuration files");
        }
    }

    private void reload() {
        try {
            Settings loaded = loader.load();
            List<String> waiting = Configurations.needingRestart(table, current, loaded);
            Settings next = keeping(waiting, loaded);
            write(next);
            keys.replace(next.keys());
            levels.apply(LogLevels.of(next));
            loaded.warnings().stream().filter(warning -> !current.warnings().contains(warning)).forEach(LOG::warn);
            report(next.used().stream().filter(path -> !current.used().contains(path)).collect(java.util.stream.Collectors.toSet()));
            current = next;
            files.changed(next.files());
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
        for (var entry : Configurations.of(table, settings).entrySet()) {
            Dictionary<String, Object> properties = new Hashtable<>(entry.getValue());
            admin.getConfiguration(entry.getKey(), "?").updateIfDifferent(properties);
        }
    }

    private void report(Set<String> used) {
        Configurations.withoutEffect(table, used)
                .forEach((reason, paths) -> LOG.warn("no effect here: {} ({})", String.join(", ", paths), reason));
    }
}
