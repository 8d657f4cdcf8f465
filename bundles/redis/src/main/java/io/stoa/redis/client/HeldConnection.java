package io.stoa.redis.client;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.stoa.health.HealthCheck.Finding;
import io.stoa.health.HealthCheck.Kind;
import io.stoa.redis.RedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a session with Redis for as long as that is possible, and opens the next one when it has ended. One virtual thread does so, from
 * {@link #start} to {@link #close}.
 */
final class HeldConnection implements RedisConnection, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldConnection.class);
    static final Duration CHECKS = Duration.ofSeconds(2);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    private final String description;
    private final Session.Opener opener;
    private final Duration checks;
    private final Subscriptions subscriptions = new Subscriptions();
    private final List<Consumer<Boolean>> followers = new ArrayList<>();
    private final Semaphore ended = new Semaphore(0);
    private final CountDownLatch available = new CountDownLatch(1);
    private final Thread holder = Thread.ofVirtual().name("redis").unstarted(this::hold);
    private volatile Session session;
    private volatile String reason = "not connected yet";
    private volatile boolean closed;
    private volatile boolean told; // whether Redis is there or not: no earlier than the first attempt
    private boolean announced; // guarded by followers

    /** @param checks how often the other side is asked whether it is there */
    HeldConnection(String description, Session.Opener opener, Duration checks) {
        this.description = description;
        this.opener = opener;
        this.checks = checks;
    }

    HeldConnection start() {
        holder.start();
        return this;
    }

    private void hold() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!closed) {
                try (Session opened = opener.get()) {
                    take(opened);
                    pause = FIRST_PAUSE;
                    watch(opened);
                } catch (RedisException e) {
                    reason = reason(e);
                } catch (RuntimeException e) {
                    reason = String.valueOf(e);
                    LOG.error("Redis at {}: a bug, connecting anew", description, e);
                } finally {
                    lose();
                }
                if (!closed) Thread.sleep(pause.toMillis() / 2 + ThreadLocalRandom.current().nextLong(pause.toMillis()));
                pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : LAST_PAUSE;
            }
        } catch (InterruptedException e) {
            LOG.debug("Redis at {}: held no more", description);
        } finally {
            opener.close();
        }
    }

    private void take(Session opened) {
        ended.drainPermits();
        opened.onEnd(ended::release);
        opened.check();
        subscriptions.resume(opened.channels());
        session = opened;
        LOG.info("Redis at {} is there", description);
        tell(true);
        told = true;
        available.countDown();
    }

    /** Until one of the connections has ended, or does not answer. */
    private void watch(Session opened) throws InterruptedException {
        reason = "the connection ended";
        while (!closed) {
            boolean gone = ended.tryAcquire(checks.toMillis(), TimeUnit.MILLISECONDS);
            ended.drainPermits();
            if (closed || gone && !opened.heals()) return;
            opened.check();
        }
    }

    private void lose() {
        boolean had = session != null;
        session = null;
        subscriptions.suspend();
        if (closed) {
            reason = "the server does not use it any more";
        } else if (had || !told) {
            LOG.warn("Redis at {} is away: {}", description, reason);
            told = true;
        }
        if (had) tell(false);
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) root = root.getCause();
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands() {
        Session current = session;
        if (current == null) throw away();
        return current.commands();
    }

    private RedisConnectionException away() {
        return new RedisConnectionException("Redis at " + description + " is not available: " + reason);
    }

    @Override
    public Subscription subscribe(String channel, Consumer<byte[]> listener) {
        if (session == null) throw away();
        return subscriptions.add(channel, listener);
    }

    @Override
    public boolean isAvailable() {
        return session != null;
    }

    /** Waits for the first connection. */
    boolean awaitAvailable(Duration limit) {
        try {
            return available.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return isAvailable();
        }
    }

    @Override
    public Subscription onAvailability(Consumer<Boolean> listener) {
        synchronized (followers) {
            Consumer<Boolean> own = listener::accept; // the same listener may follow twice
            followers.add(own);
            call(own, announced);
            return () -> {
                synchronized (followers) {
                    followers.remove(own);
                }
            };
        }
    }

    private void tell(boolean there) {
        synchronized (followers) {
            announced = there;
            List.copyOf(followers).forEach(follower -> call(follower, there));
        }
    }

    private static void call(Consumer<Boolean> follower, boolean there) {
        try {
            follower.accept(there);
        } catch (RuntimeException e) {
            LOG.error("whoever follows Redis failed", e);
        }
    }

    /** Not well only until it is known whether Redis can be reached: without it, nothing is gained by sending people elsewhere. */
    Finding finding() {
        if (!told) return Finding.unwell("Redis", Kind.READY, description + " has not answered yet");
        return Finding.well("Redis", Kind.READY, description + (session != null ? " is there" : " is away: " + reason + "; calls and rooms here go on"));
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void close() {
        closed = true;
        holder.interrupt();
    }
}
