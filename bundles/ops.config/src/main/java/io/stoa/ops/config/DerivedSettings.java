package io.stoa.ops.config;

import io.stoa.ops.config.KeyType.NodeIp;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What follows from what was given (spec 11.1, 11.4), and what does not go together. Works on values before defaults fill the rest. */
final class DerivedSettings {
    static final int STRONG_SECRET = 32;
    private static final Map<String, String> DEPRECATED_LIMITS = Map.of(
            "room.max_metadata_size", "limit.max_metadata_size",
            "room.max_room_name_length", "limit.max_room_name_length",
            "room.max_participant_identity_length", "limit.max_participant_identity_length");

    /** Labels of letters, digits and hyphens, 63 characters at most (RFC 1123 section 2.1). */
    private static final Pattern DOMAIN = Pattern.compile("(?=.{1,253}$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*");

    private final Map<String, Object> values;
    private final Map<String, String> keys;
    private final boolean dev;
    private final List<String> warnings;
    private final List<String> faults = new ArrayList<>();

    private DerivedSettings(Map<String, Object> values, Map<String, String> keys, boolean dev, List<String> warnings) {
        this.values = values;
        this.keys = keys;
        this.dev = dev;
        this.warnings = warnings;
    }

    static void derive(Map<String, Object> values, Map<String, String> keys, boolean dev, List<String> warnings)
            throws ConfigException {
        DerivedSettings settings = new DerivedSettings(values, keys, dev, warnings);
        if (dev) values.put("development", true);
        settings.media();
        settings.relays();
        settings.devKeys();
        settings.levels();
        settings.limits();
        settings.store();
        if (settings.number("prometheus_port") > 0) values.put("prometheus.port", values.get("prometheus_port"));
        settings.together();
        if (!settings.faults.isEmpty()) throw new ConfigException(settings.faults);
    }

    private void media() {
        boolean ports = text("rtc.udp_port").isEmpty() && number("rtc.port_range_start") == 0 && number("rtc.port_range_end") == 0;
        if (ports && dev) values.put("rtc.udp_port", "7882");
        if (ports && !dev || number("rtc.port_range_start") == 0) values.put("rtc.port_range_start", 50000L);
        if (ports && !dev || number("rtc.port_range_end") == 0) values.put("rtc.port_range_end", 60000L);
        if (number("rtc.port_range_end") < number("rtc.port_range_start"))
            faults.add("rtc.port_range_end: " + number("rtc.port_range_end") + " is not allowed; allowed: at least rtc.port_range_start, " + number("rtc.port_range_start"));
        if (dev) values.putIfAbsent("rtc.enable_loopback_candidate", true);
    }

    /** Both ends or none (spec 11.1). */
    private void relays() {
        if (number("turn.relay_range_start") == 0 || number("turn.relay_range_end") == 0) {
            values.put("turn.relay_range_start", 30000L);
            values.put("turn.relay_range_end", dev ? 30002L : 40000L);
        }
        if (number("turn.relay_range_end") < number("turn.relay_range_start"))
            faults.add("turn.relay_range_end: " + number("turn.relay_range_end") + " is not allowed; allowed: at least turn.relay_range_start, " + number("turn.relay_range_start"));
    }

    /** Only if no keys are given: the well-known ones, and then no other machine may call unless that was asked for. */
    private void devKeys() {
        if (!dev || !keys.isEmpty()) return;
        keys.put("devkey", "secret");
        List<?> bound = values.get("bind_addresses") instanceof List<?> list ? list : List.of();
        if (bound.isEmpty()) {
            values.put("bind_addresses", List.of("127.0.0.1", "::1"));
        } else if (bound.stream().anyMatch(address -> isReachable((String) address))) {
            Set<Object> blocks = new LinkedHashSet<>(values.get("rtc.ips.includes") instanceof List<?> list ? list : List.of());
            bound.forEach(address -> blocks.add(address + "/24"));
            values.put("rtc.ips.includes", List.copyOf(blocks));
        }
    }

    private static boolean isReachable(String address) {
        if (!NodeIp.isAddress(address)) return true;
        InetAddress parsed = InetAddress.ofLiteral(address);
        return !parsed.isLoopbackAddress() && !parsed.isAnyLocalAddress();
    }

    private void levels() {
        Object level = values.get("log_level") != null ? values.get("log_level") : values.get("logging.level");
        values.put("logging.level", level != null ? level : Boolean.TRUE.equals(values.get("development")) ? "debug" : "info");
    }

    private void limits() {
        DEPRECATED_LIMITS.forEach((old, current) -> {
            if (number(old) > 0) values.put(current, values.get(old));
        });
    }

    /** Durable records are where several nodes find them, else in a file; in development they end with the server. */
    private void store() {
        boolean redis = !text("redis.address").isEmpty() || filled("redis.sentinel_addresses") || filled("redis.cluster_addresses");
        if (text("store.kind").isEmpty()) values.put("store.kind", redis ? "redis" : dev ? "memory" : "file");
    }

    private boolean filled(String path) {
        return values.get(path) instanceof List<?> list && !list.isEmpty();
    }

    private void together() {
        boolean development = Boolean.TRUE.equals(values.get("development"));
        keys.forEach((key, secret) -> {
            if (key.isBlank() || secret.isBlank()) faults.add("keys: a key and its secret may not be empty");
            else if (!development && secret.length() < STRONG_SECRET)
                warnings.add("the secret of API key " + key + " is too short to be safe; use " + STRONG_SECRET + " characters or more");
        });
        if (text("prometheus.username").isEmpty() != text("prometheus.password").isEmpty())
            faults.add("prometheus.username, prometheus.password: allowed: both or neither");
        if (Boolean.TRUE.equals(values.get("turn.enabled")) && number("turn.tls_port") == 0 && number("turn.udp_port") == 0)
            faults.add("turn: invalid TURN ports; allowed: turn.tls_port or turn.udp_port above 0");
        if (Boolean.TRUE.equals(values.get("turn.enabled")) && number("turn.tls_port") > 0 && text("turn.domain").isEmpty())
            faults.add("turn.domain: \"\" is not allowed; allowed: the name in the certificate, where turn.tls_port is set");
        if (Boolean.TRUE.equals(values.get("turn.enabled")) && !text("turn.domain").isEmpty() && !DOMAIN.matcher(text("turn.domain")).matches())
            faults.add("turn.domain: \"" + text("turn.domain") + "\" is not allowed; allowed: a host name such as turn.example.com");
        redis();
        if (values.get("webhook.urls") instanceof List<?> urls && !urls.isEmpty() && !keys.containsKey(text("webhook.api_key")))
            faults.add("webhook.api_key: \"" + text("webhook.api_key") + "\" is not allowed; allowed: one of the API keys");
        if (values.get("rtc.turn_servers") instanceof List<?> servers) servers.forEach(server -> turnServer((Map<?, ?>) server));
    }

    private void redis() {
        if (values.get("redis.sentinel_addresses") instanceof List<?> sentinels && !sentinels.isEmpty() && text("redis.sentinel_master_name").isEmpty())
            faults.add("redis.sentinel_master_name: \"\" is not allowed; allowed: the name by which the Sentinels know the master");
        if (text("redis.tls.client_cert_file").isEmpty() != text("redis.tls.client_key_file").isEmpty())
            faults.add("redis.tls.client_cert_file, redis.tls.client_key_file: allowed: both or neither");
    }

    private void turnServer(Map<?, ?> server) {
        boolean shared = filled(server, "secret") || filled(server, "secret_file");
        boolean fixed = filled(server, "username") && filled(server, "credential");
        if (!filled(server, "host") || !shared && !fixed)
            faults.add("rtc.turn_servers: each needs host and either secret (or secret_file) or username and credential");
    }

    private static boolean filled(Map<?, ?> server, String field) {
        return server.get(field) instanceof String text && !text.isBlank();
    }

    private String text(String path) {
        return values.get(path) instanceof String text ? text : "";
    }

    private long number(String path) {
        return values.get(path) instanceof Long number ? number : 0;
    }
}
