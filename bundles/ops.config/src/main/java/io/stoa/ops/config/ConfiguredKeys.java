package io.stoa.ops.config;

import io.stoa.auth.KeyProvider;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The API keys of the settings, in memory only. Any thread may ask; they are replaced as a whole. */
final class ConfiguredKeys implements KeyProvider {
    private volatile Map<String, String> keys;

    ConfiguredKeys(Map<String, String> keys) {
        replace(keys);
    }

    void replace(Map<String, String> others) {
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    @Override
    public Optional<String> secret(String apiKey) {
        return Optional.ofNullable(keys.get(apiKey));
    }

    @Override
    public Optional<String> firstKey() {
        return keys.keySet().stream().findFirst();
    }
}
