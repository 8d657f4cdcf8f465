package io.stoa.ops.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One way to give settings: arguments, variables, and what comes of them. */
final class Loading {
    static final String SECRET = "a-secret-that-is-long-enough-to-be-safe";
    static final KeyTable TABLE = KeyTable.load();

    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    static Loading of(String... arguments) {
        Loading loading = new Loading();
        loading.arguments.addAll(List.of(arguments));
        return loading;
    }

    /** With an API key, so that nothing but the text is in question. */
    static Loading yaml(String text) {
        return of("--config-body", text, "--keys", "APIone: " + SECRET);
    }

    Loading variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    SettingsLoader loader() {
        return new SettingsLoader(TABLE, arguments, environment);
    }

    Settings load() {
        try {
            return loader().load();
        } catch (ConfigException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** What is wrong with it; empty if nothing. */
    List<String> faults() {
        try {
            loader().load();
            return List.of();
        } catch (ConfigException e) {
            return e.faults();
        }
    }
}
