package io.stoa.ops.webhook;

import java.lang.annotation.Annotation;

/** A configuration as Declarative Services would give it. */
record Config(String[] urls, String apiKey, long maxAge, int maxDepth, String[] includeEvents, String[] excludeEvents, boolean fullRoom) implements WebhooksConfig {
    static Config of(String... urls) {
        return new Config(urls, "devkey", 30_000, 200, new String[0], new String[0], false);
    }

    Config signedBy(String key) {
        return new Config(urls, key, maxAge, maxDepth, includeEvents, excludeEvents, fullRoom);
    }

    Config including(String... names) {
        return new Config(urls, apiKey, maxAge, maxDepth, names, excludeEvents, fullRoom);
    }

    Config excluding(String... names) {
        return new Config(urls, apiKey, maxAge, maxDepth, includeEvents, names, fullRoom);
    }

    Config deep(int depth) {
        return new Config(urls, apiKey, maxAge, depth, includeEvents, excludeEvents, fullRoom);
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return WebhooksConfig.class;
    }
}
