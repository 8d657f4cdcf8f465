package io.stoa.redis.client;

import io.stoa.health.HealthCheck.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection that is offered, and how the next one takes its place: it is there first. */
final class ConnectionOfTheDay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionOfTheDay.class);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Longer than it takes to copy all durable records. */
    private static final Duration LONGEST_NEED = Duration.ofSeconds(60);

    private final Function<RedisSettings, HeldConnection> connector;
    private final Function<HeldConnection, Runnable> offer;
    private final BooleanSupplier needed;
    private volatile Offered current; // changed by who holds the lock
    private volatile Optional<RedisSettings> wanted = Optional.empty();
    private volatile boolean closed;

    private record Offered(RedisSettings settings, HeldConnection connection, Runnable withdraw) {}

    /**
     * @param offer gives what withdraws it
     * @param needed whether somebody is still fetching what only Redis has, when no connection is wanted any more
     */
    ConnectionOfTheDay(Function<RedisSettings, HeldConnection> connector, Function<HeldConnection, Runnable> offer, BooleanSupplier needed) {
        this.connector = connector;
        this.offer = offer;
        this.needed = needed;
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
            if (!isFree(current.connection, next)) return;
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

    /** Waits while the connection is needed, but not for ever. @return false if something else is wanted meanwhile */
    private boolean isFree(HeldConnection last, Optional<RedisSettings> next) {
        long until = System.nanoTime() + LONGEST_NEED.toNanos();
        try {
            while (last.isAvailable() && needed.getAsBoolean() && System.nanoTime() - until < 0) {
                if (closed || !next.equals(wanted)) return false;
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private static void drop(Offered gone) {
        gone.withdraw.run();
        gone.connection.close();
        LOG.info("Redis at {} is used no more", gone.connection.description());
    }

    List<Finding> findings() {
        Offered offered = current;
        return offered == null ? List.of() : List.of(offered.connection.finding());
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
