package io.stoa.ops.config;

import io.stoa.auth.Secrets;
import java.util.HashMap;
import java.util.Map;

/** The secrets of {@code livekit.yaml} at fixed places, in memory only. Any thread may ask; they are replaced as a whole. */
final class ConfiguredSecrets implements Secrets {
    private final KeyTable table;
    private volatile Map<String, String> all;

    ConfiguredSecrets(KeyTable table, Settings settings) {
        this.table = table;
        replace(settings);
    }

    void replace(Settings settings) {
        Map<String, String> next = new HashMap<>();
        for (Key key : table.all())
            if (key.type().secret() && key.settable() && settings.values().get(key.path()) instanceof String secret) next.put(key.path(), secret);
        all = Map.copyOf(next);
    }

    @Override
    public String secret(String key) {
        return all.getOrDefault(key, "");
    }
}
