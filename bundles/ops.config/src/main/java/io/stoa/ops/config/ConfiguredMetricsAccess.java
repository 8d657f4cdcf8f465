package io.stoa.ops.config;

import io.stoa.auth.MetricsAccess;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/** {@code prometheus.username} and {@code .password}, in memory only; without them everybody may read. Replaced as a whole. */
final class ConfiguredMetricsAccess implements MetricsAccess {
    private static final String BASIC = "Basic ";

    private volatile Optional<byte[]> wanted = Optional.empty();

    void replace(Settings settings) {
        Optional<String> username = settings.text("prometheus.username");
        Optional<String> password = settings.text("prometheus.password");
        wanted = username.flatMap(name -> password.map(word -> (name + ":" + word).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public boolean permits(String authorization) {
        Optional<byte[]> now = wanted;
        if (now.isEmpty()) return true;
        if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) return false;
        try {
            return MessageDigest.isEqual(now.get(), Base64.getDecoder().decode(authorization.substring(BASIC.length()).strip()));
        } catch (IllegalArgumentException e) {
            return false; // no base64
        }
    }
}
