package io.stoa.auth;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Secrets of the configuration that are no API keys: passwords of what the server connects to. They are in memory only, which is why
 * they are not properties of a configuration. Ask when it is needed: they may change.
 */
@ConsumerType
public interface Secrets {
    /** @param key of {@code livekit.yaml}, such as {@code redis.password}. @return empty if none is configured */
    String secret(String key);
}
