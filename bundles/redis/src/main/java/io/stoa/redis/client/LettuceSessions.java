package io.stoa.redis.client;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.SocketAddressResolver;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.stoa.redis.client.RedisSettings.Mode;
import io.stoa.redis.client.RedisSettings.Tls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sessions with Redis by Lettuce. With one server and with Sentinels nothing reconnects below us; in a cluster Lettuce replaces connections
 * to single nodes. One thread at a time.
 */
final class LettuceSessions implements Session.Opener {
    static {
        // Its events for the flight recorder are looked for by whichever class loader the thread has, and may be another Lettuce's.
        System.setProperty("io.lettuce.core.jfr", "false");
    }

    /** Replies that may be awaited at once; more are refused, so that a Redis that hangs is not paid for in memory. */
    private static final int MOST_AWAITED = 50_000;
    private static final Duration TOPOLOGY = Duration.ofSeconds(30);
    private static final Duration THREADS_END = Duration.ofSeconds(2);
    private static final int THREADS = 2;

    private final RedisSettings settings;
    private final Passwords passwords;
    private final ClientResources resources;
    private RedisClient single;
    private RedisClusterClient cluster;

    LettuceSessions(RedisSettings settings, Passwords passwords) {
        this.settings = settings;
        this.passwords = passwords;
        ClientResources.Builder threads = ClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE) // names are what the machine says
                .commandLatencyRecorder(CommandLatencyRecorder.disabled());
        settings.tls().map(Tls::serverName).filter(name -> !name.isEmpty()).ifPresent(name -> threads.socketAddressResolver(new NamedAddresses(name)));
        resources = threads.build();
    }

    @Override
    public Session get() {
        try {
            return settings.mode() == Mode.CLUSTER ? cluster() : single();
        } catch (IllegalArgumentException e) { // files of TLS that are not there
            throw new RedisConnectionException(e.getMessage(), e);
        }
    }

    private Session single() {
        if (single == null) {
            ClientOptions options = options(ClientOptions.builder().autoReconnect(false));
            single = RedisClient.create(resources);
            single.setOptions(options);
        }
        RedisURI uri = settings.mode() == Mode.SENTINEL ? sentinels() : uri(settings.addresses().getFirst());
        StatefulRedisConnection<byte[], byte[]> connection = single.connect(ByteArrayCodec.INSTANCE, uri);
        return session(connection, connection.async(), () -> single.connectPubSub(ByteArrayCodec.INSTANCE, uri), false);
    }

    private Session cluster() {
        if (cluster == null) {
            ClientOptions options = options(ClusterClientOptions.builder()
                    .maxRedirects(settings.redirects())
                    .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(TOPOLOGY).build()));
            cluster = RedisClusterClient.create(resources, settings.addresses().stream().map(this::uri).toList());
            cluster.setOptions((ClusterClientOptions) options);
        }
        cluster.refreshPartitions(); // who is who may have changed since
        StatefulRedisClusterConnection<byte[], byte[]> connection = cluster.connect(ByteArrayCodec.INSTANCE);
        return session(connection, connection.async(), () -> cluster.connectPubSub(ByteArrayCodec.INSTANCE), true);
    }

    private static Session session(
            StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> commands,
            Supplier<StatefulRedisPubSubConnection<byte[], byte[]>> opening, boolean heals) {
        try {
            return new Session(connection, commands, opening.get(), heals);
        } catch (RuntimeException | Error e) {
            connection.closeAsync();
            throw e;
        }
    }

    private ClientOptions options(ClientOptions.Builder options) {
        // in a cluster, a connection to a node is opened by the first command that needs it, which then waits, no longer than any reply
        options.disconnectedBehavior(settings.mode() == Mode.CLUSTER ? DisconnectedBehavior.ACCEPT_COMMANDS : DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_AWAITED)
                .socketOptions(SocketOptions.builder().connectTimeout(settings.dial()).keepAlive(true).tcpNoDelay(true).build())
                .timeoutOptions(TimeoutOptions.enabled(settings.reply()));
        settings.tls().ifPresent(tls -> options.sslOptions(ssl(tls)));
        return options.build();
    }

    private static SslOptions ssl(Tls tls) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
        tls.authority().ifPresent(file -> ssl.trustManager(file.toFile()));
        tls.certificate().ifPresent(file -> ssl.keyManager(file.toFile(), tls.key().orElseThrow().toFile(), null));
        return ssl.build();
    }

    private RedisURI uri(HostAndPort address) {
        RedisURI uri = bare(address);
        uri.setDatabase(settings.database());
        uri.setCredentialsProvider(credentials(settings.username(), passwords::redis));
        return uri;
    }

    private RedisURI sentinels() {
        RedisURI uri = bare(settings.addresses().getFirst());
        uri.setHost(null);
        uri.setDatabase(settings.database());
        uri.setCredentialsProvider(credentials(settings.username(), passwords::redis));
        uri.setSentinelMasterId(settings.masterName());
        for (HostAndPort address : settings.addresses()) {
            RedisURI sentinel = bare(address);
            sentinel.setCredentialsProvider(credentials(settings.sentinelUsername(), passwords::sentinel));
            uri.getSentinels().add(sentinel);
        }
        return uri;
    }

    private RedisURI bare(HostAndPort address) {
        RedisURI uri = new RedisURI(address.host(), address.port(), settings.dial().plus(settings.reply()));
        uri.setLibraryName(""); // a user whose commands are restricted may not say it
        uri.setLibraryVersion("");
        settings.tls().ifPresent(tls -> {
            uri.setSsl(true);
            uri.setVerifyPeer(tls.insecure() ? SslVerifyMode.NONE : SslVerifyMode.FULL);
        });
        return uri;
    }

    /** Asked by Lettuce at each connecting. */
    private static RedisCredentialsProvider credentials(String username, Supplier<String> password) {
        return RedisCredentialsProvider.from(() -> {
            String secret = password.get();
            return RedisCredentials.just(username.isEmpty() ? null : username, secret.isEmpty() ? null : secret);
        });
    }

    /** Does not wait. */
    @Override
    public void close() {
        CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);
        for (AbstractRedisClient client : new AbstractRedisClient[] {single, cluster})
            if (client != null) ended = client.shutdownAsync(0, THREADS_END.toMillis(), TimeUnit.MILLISECONDS);
        ended.whenComplete((done, failure) -> resources.shutdown(0, THREADS_END.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** The certificate names another host than the one that is connected to: to TLS, every address has that name. */
    private static final class NamedAddresses extends SocketAddressResolver {
        private final String name;

        NamedAddresses(String name) {
            this.name = name;
        }

        @Override
        public SocketAddress resolve(RedisURI uri) {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(name, InetAddress.getByName(uri.getHost()).getAddress()), uri.getPort());
            } catch (UnknownHostException e) {
                throw new RedisConnectionException("there is no host " + uri.getHost(), e);
            }
        }
    }
}
