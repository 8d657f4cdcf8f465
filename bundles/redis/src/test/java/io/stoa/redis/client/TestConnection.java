package io.stoa.redis.client;

import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import io.stoa.redis.client.RedisSettings.Mode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** For tests of those who speak to Redis: a connection as the server has it, but quick to notice. */
public final class TestConnection implements AutoCloseable {
    static final Passwords NO_PASSWORDS = new Passwords() {
        @Override
        public String redis() {
            return "";
        }

        @Override
        public String sentinel() {
            return "";
        }
    };

    private final HeldConnection connection;
    private final BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();

    private TestConnection(HeldConnection connection) {
        this.connection = connection;
        connection.onAvailability(changes::add);
    }

    /** Returns when it is there. */
    public static TestConnection to(RedisServer server) throws InterruptedException {
        TestConnection connection = open(server.port());
        connection.awaitAvailable(true);
        return connection;
    }

    /** The same with a server that is (a part of) a cluster. */
    public static TestConnection toCluster(RedisServer server) throws InterruptedException {
        TestConnection connection = open(Mode.CLUSTER, server.port());
        connection.awaitAvailable(true);
        return connection;
    }

    /** Whether somebody is there or not. */
    public static TestConnection open(int port) {
        return open(Mode.SERVER, port);
    }

    private static TestConnection open(Mode mode, int port) {
        RedisSettings settings = new RedisSettings(mode, List.of(new HostAndPort("127.0.0.1", port)), "", 0, Optional.empty(), "", "",
                Duration.ofSeconds(2), Duration.ofSeconds(2), 2);
        return new TestConnection(new HeldConnection(settings.description(), new LettuceSessions(settings, NO_PASSWORDS), Duration.ofMillis(100)).start());
    }

    public RedisConnection connection() {
        return connection;
    }

    /** Waits for the next change to that. */
    public void awaitAvailable(boolean wanted) throws InterruptedException {
        Boolean told;
        do told = changes.poll(30, TimeUnit.SECONDS);
        while (told != null && told != wanted);
        if (told == null) throw new AssertionError("Redis is not " + (wanted ? "there" : "away"));
    }

    @Override
    public void close() {
        connection.close();
    }
}
