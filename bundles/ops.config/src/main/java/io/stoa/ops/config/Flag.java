package io.stoa.ops.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An option of the command line.
 *
 * @param name without dashes
 * @param environment variable that gives it a value, too
 * @param target key whose value it gives
 * @param value what the value is, empty if the option takes none
 */
record Flag(String name, Optional<String> environment, Optional<String> target, Optional<String> value, String help) {
    static final List<Flag> NAMED = List.of(
            plain("config", "FILE", "configuration file (livekit.yaml)"),
            new Flag("config-body", Optional.of("LIVEKIT_CONFIG"), Optional.empty(), Optional.of("YAML"), "configuration as text; wins over --config"),
            key("key-file", null, "key_file", "FILE", "file with lines \"key: secret\""),
            new Flag("keys", Optional.of("LIVEKIT_KEYS"), Optional.empty(), Optional.of("YAML"), "lines \"key: secret\" (with the blank after the colon)"),
            key("region", "LIVEKIT_REGION", "region", "NAME", "region of this node"),
            key("node-ip", "NODE_IP", "rtc.node_ip", "ADDRESS", "address of this node"),
            key("udp-port", "UDP_PORT", "rtc.udp_port", "PORT[-PORT]", "UDP port or ports of media"),
            key("redis-host", "REDIS_HOST", "redis.address", "HOST:PORT", "Redis"),
            key("redis-password", "REDIS_PASSWORD", "redis.password", "PASSWORD", "password of Redis"),
            key("turn-cert", "LIVEKIT_TURN_CERT", "turn.cert_file", "FILE", "certificate of the TURN server"),
            key("turn-key", "LIVEKIT_TURN_KEY", "turn.key_file", "FILE", "key of the TURN server"),
            key("bind", null, "bind_addresses", "ADDRESS", "listen on this address; may be given several times"),
            plain("cpuprofile", "FILE", "accepted for LiveKit's sake; use the JDK's flight recorder (STOA_OPTS)"),
            plain("memprofile", "FILE", "accepted for LiveKit's sake; use the JDK's flight recorder (STOA_OPTS)"),
            plain("dev", null, "development: keys devkey/secret and loopback only, unless others are given"),
            plain("disable-strict-config", null, "pass over unknown keys in the configuration"));

    private static Flag plain(String name, String value, String help) {
        return new Flag(name, Optional.empty(), Optional.empty(), Optional.ofNullable(value), help);
    }

    private static Flag key(String name, String environment, String target, String value, String help) {
        return new Flag(name, Optional.ofNullable(environment), Optional.of(target), Optional.of(value), help);
    }

    /** Named options first, then one per scalar key of the table that no named option covers under the same name. */
    static List<Flag> all(KeyTable table) {
        Stream<Flag> generated = table.settable().stream()
                .filter(key -> NAMED.stream().noneMatch(flag -> flag.name().equals(key.path())))
                .map(Flag::generated);
        return Stream.concat(NAMED.stream(), generated).toList();
    }

    private static Flag generated(Key key) {
        Optional<String> value = key.type() instanceof KeyType.Bool ? Optional.empty() : Optional.of("VALUE");
        String effect = key.effect() instanceof Key.Effect.None none ? "; no effect: " + none.reason() : "";
        return new Flag(key.path(), Optional.of(key.environmentName()), Optional.of(key.path()), value, key.type().allowed() + effect);
    }

    static Function<String, Flag> byName(List<Flag> flags) {
        return flags.stream().collect(Collectors.toMap(Flag::name, flag -> flag))::get;
    }

    String usage() {
        return "--" + name + value.map(text -> " " + text).orElse("");
    }
}
