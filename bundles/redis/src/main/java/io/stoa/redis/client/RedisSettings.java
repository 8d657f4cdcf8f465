package io.stoa.redis.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where Redis is and how it is spoken to.
 *
 * @param addresses of the server, the Sentinels, or some nodes of the cluster
 * @param masterName with Sentinels only
 * @param dial how long connecting may take
 * @param reply how long a reply may take
 */
record RedisSettings(
        Mode mode, List<HostAndPort> addresses, String username, int database, Optional<Tls> tls, String masterName, String sentinelUsername,
        Duration dial, Duration reply, int redirects) {
    /** The spec's go-redis defaults, for all but Sentinels. */
    private static final Duration DIAL = Duration.ofSeconds(5);
    private static final Duration REPLY = Duration.ofSeconds(3);
    /** LiveKit's client asks once more three times; a reply that we get late enough for that is the same to the caller. */
    private static final int ATTEMPTS = 4;

    enum Mode {
        SERVER,
        SENTINEL,
        CLUSTER
    }

    /** @param serverName empty = the host. Files are empty if there are none */
    record Tls(boolean insecure, String serverName, Optional<Path> authority, Optional<Path> certificate, Optional<Path> key) {
        Tls {
            if (certificate.isPresent() != key.isPresent())
                throw new IllegalArgumentException("redis.tls.client_cert_file, redis.tls.client_key_file: allowed: both or neither");
        }
    }

    RedisSettings {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) throw new IllegalArgumentException("redis: an address is missing");
        if (mode == Mode.SENTINEL && masterName.isEmpty())
            throw new IllegalArgumentException("redis.sentinel_master_name: \"\" is not allowed; allowed: the name by which the Sentinels know the master");
        if (database < 0) throw new IllegalArgumentException("redis.db: " + database + " is not allowed; allowed: 0 and above");
        if (redirects < 0) throw new IllegalArgumentException("redis.max_redirects: " + redirects + " is not allowed; allowed: 0 and above");
        if (dial.isNegative() || dial.isZero() || reply.isNegative() || reply.isZero())
            throw new IllegalArgumentException("redis.dial_timeout, redis.read_timeout, redis.write_timeout: allowed: milliseconds above 0");
    }

    /** @return empty if no Redis is configured. @throws IllegalArgumentException naming the key that is wrong */
    static Optional<RedisSettings> of(RedisConfig config) {
        Mode mode = filled(config.sentinelAddresses()) ? Mode.SENTINEL : filled(config.clusterAddresses()) ? Mode.CLUSTER : Mode.SERVER;
        List<HostAndPort> addresses = switch (mode) {
            case SENTINEL -> parsed("redis.sentinel_addresses", config.sentinelAddresses());
            case CLUSTER -> parsed("redis.cluster_addresses", config.clusterAddresses());
            case SERVER -> parsed("redis.address", config.address());
        };
        if (addresses.isEmpty()) return Optional.empty();
        boolean sentinels = mode == Mode.SENTINEL;
        return Optional.of(new RedisSettings(
                mode, addresses, config.username(), mode == Mode.CLUSTER ? 0 : config.db(), tls(config), config.sentinelMasterName(), config.sentinelUsername(),
                sentinels ? Duration.ofMillis(limit(config.dialTimeout(), 2_000)) : DIAL,
                sentinels ? Duration.ofMillis(ATTEMPTS * (limit(config.readTimeout(), 200) + limit(config.writeTimeout(), 200))) : REPLY,
                config.maxRedirects()));
    }

    private static long limit(int millis, long otherwise) {
        return millis == 0 ? otherwise : millis;
    }

    private static boolean filled(String[] addresses) {
        return Arrays.stream(addresses).anyMatch(address -> !address.isBlank());
    }

    private static List<HostAndPort> parsed(String key, String... addresses) {
        return Arrays.stream(addresses).filter(address -> !address.isBlank()).map(address -> HostAndPort.parse(key, address.strip())).toList();
    }

    private static Optional<Tls> tls(RedisConfig config) {
        if (!config.tls_enabled() && !config.useTls()) return Optional.empty();
        return Optional.of(new Tls(config.tls_insecure(), config.tls_serverName(), file(config.tls_caCertFile()), file(config.tls_clientCertFile()),
                file(config.tls_clientKeyFile())));
    }

    private static Optional<Path> file(String name) {
        return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name));
    }

    /** Without secrets. */
    String description() {
        String scheme = tls.isPresent() ? "rediss" : "redis";
        String all = addresses.stream().map(HostAndPort::toString).collect(Collectors.joining(","));
        return switch (mode) {
            case SERVER -> scheme + "://" + all + "/" + database;
            case SENTINEL -> scheme + "-sentinel://" + all + "/" + database + "#" + masterName;
            case CLUSTER -> scheme + "-cluster://" + all;
        };
    }
}
