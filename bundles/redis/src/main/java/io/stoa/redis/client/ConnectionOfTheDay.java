package io.stoa.redis.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that is offered, and how the next one takes its place: it is there first. */
final class ConnectionOfTheDay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionOfTheDay.class);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Function<RedisSettings, HeldConnection> connector;
    private final Function<HeldConnection, Runnable> offer;
    private Offered current;
    private volatile Optional<RedisSettings> wanted = Optional.empty();
    private volatile boolean closed;

    private record Offered(RedisSettings settings, HeldConnection connection, Runnable withdraw) {}

    /** @param offer gives what withdraws it */
    ConnectionOfTheDay(Function<RedisSettings, HeldConnection> connector, Function<HeldConnection, Runnable> offer) {
        this.connector = connector;
        this.offer = offer;
    }

    /** What is wanted from now on; whoever brings in what was wanted before gives up. {@link #settle} brings it in. */
    void want(Optional<RedisSettings> next) {
        wanted = next;
    }

    /** Waits until the next connection is there, or the one before is not, or something else is wanted. */
    synchronized void settle() {
        Optional<RedisSettings> next = wanted;
        if (closed || next.equals(Optional.ofNullable(current).map(Offered::settings))) return;
        if (next.isEmpty()) {
            drop(current);
            current = null;
            return;
        }
        HeldConnection opened = connector.apply(next.get());
        if (current != null && !opens(opened, current.connection, next)) {
            opened.close();
            return;
        }
        Offered before = current;
        current = new Offered(next.get(), opened, offer.apply(opened));
        if (before != null) drop(before);
    }

    private boolean opens(HeldConnection opened, HeldConnection before, Optional<RedisSettings> next) {
        Duration waited = Duration.ZERO;
        while (before.isAvailable() && !opened.awaitAvailable(LOOK)) {
            if (closed || !next.equals(wanted)) return false;
            waited = waited.plus(LOOK);
            if (waited.equals(PATIENCE)) LOG.warn("Redis at {} stays in use until {} is there", before.description(), opened.description());
        }
        return true;
    }

    private static void drop(Offered gone) {
        gone.withdraw.run();
        gone.connection.close();
        LOG.info("Redis at {} is used no more", gone.connection.description());
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            if (current != null) drop(current);
            current = null;
        }
    }
}
