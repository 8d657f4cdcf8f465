package io.stoa.redis.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that is offered, and how the next one takes its place: it is there first. One thread changes it at a time. */
final class ConnectionOfTheDay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionOfTheDay.class);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Function<RedisSettings, HeldConnection> connector;
    private final Function<HeldConnection, Runnable> offer;
    private Offered current;
    private boolean closed;

    private record Offered(RedisSettings settings, HeldConnection connection, Runnable withdraw) {}

    /** @param offer gives what withdraws it */
    ConnectionOfTheDay(Function<RedisSettings, HeldConnection> connector, Function<HeldConnection, Runnable> offer) {
        this.connector = connector;
        this.offer = offer;
    }

    /** Waits until the next one is there, or the one before is not; an interrupt leaves all as it was. */
    synchronized void change(Optional<RedisSettings> next) {
        if (closed || next.equals(Optional.ofNullable(current).map(Offered::settings))) return;
        if (next.isEmpty()) {
            drop(current);
            current = null;
            return;
        }
        RedisSettings settings = next.get();
        HeldConnection opened = connector.apply(settings);
        if (current != null && !opens(opened, current.connection)) {
            opened.close();
            return;
        }
        Offered before = current;
        current = new Offered(settings, opened, offer.apply(opened));
        if (before != null) drop(before);
    }

    private static boolean opens(HeldConnection next, HeldConnection before) {
        try {
            Duration waited = Duration.ZERO;
            while (before.isAvailable() && !next.awaitAvailable(LOOK)) {
                if (waited.compareTo(PATIENCE) < 0 && waited.plus(LOOK).compareTo(PATIENCE) >= 0)
                    LOG.warn("Redis at {} stays in use until {} is there", before.description(), next.description());
                waited = waited.plus(LOOK);
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void drop(Offered gone) {
        gone.withdraw.run();
        gone.connection.close();
        LOG.info("Redis at {} is used no more", gone.connection.description());
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (current != null) drop(current);
        current = null;
    }
}
