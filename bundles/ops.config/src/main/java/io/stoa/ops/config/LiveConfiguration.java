package io.stoa.ops.config;

import io.stoa.auth.KeyProvider;
import io.stoa.auth.Secrets;
import io.stoa.room.TurnServers;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the settings and brings them into force, then follows changes of the files. Fails to activate if the settings are wrong. */
@Component(service = LiveConfiguration.class, immediate = true)
public final class LiveConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfiguration.class);
    private static final long LOOK_MILLIS = 500;

    private final CurrentSettings settings;
    private final ServiceRegistration<KeyProvider> registration;
    private final ServiceRegistration<TurnServers> turnRegistration;
    private final ServiceRegistration<Secrets> secretsRegistration;
    private final Thread watcher;

    @Activate
    public LiveConfiguration(BundleContext context, @Reference ConfigurationAdmin admin, @Reference ServerSettings server)
            throws ConfigException, IOException {
        KeyTable table = KeyTable.load();
        SettingsLoader loader = new SettingsLoader(table, arguments(context), System.getenv());
        settings = new CurrentSettings(table, loader, (pid, properties) -> write(admin, pid, properties),
                new LogLevels(LoggerFactory.getILoggerFactory()), server);
        registration = context.registerService(KeyProvider.class, settings.keys(), null); // before anybody can ask to be let in
        turnRegistration = context.registerService(TurnServers.class, settings.turnServers(), null);
        secretsRegistration = context.registerService(Secrets.class, settings.secrets(), null);
        settings.publish();
        watcher = Thread.ofVirtual().name("configuration").start(this::watch);
    }

    @Deactivate
    void deactivate() {
        watcher.interrupt();
        secretsRegistration.unregister();
        turnRegistration.unregister();
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
                settings.look();
            }
        } catch (InterruptedException e) {
            LOG.debug("no more looking at the configuration files");
        }
    }

    private static void write(ConfigurationAdmin admin, String pid, Map<String, Object> properties) throws IOException {
        admin.getConfiguration(pid, "?").updateIfDifferent(new Hashtable<>(properties));
    }
}
