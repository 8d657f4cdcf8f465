package io.stoa.handover;

import io.stoa.room.ListeningSockets;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listening sockets between two owners. Whoever is not coming back is refused after some seconds, as without this. */
@Component(service = ListeningSockets.class, immediate = true)
public final class SocketRest implements ListeningSockets {
    private static final Logger LOG = LoggerFactory.getLogger(SocketRest.class);
    private static final long KEPT_MILLIS = 10_000;

    private final Map<String, Kept> kept = new HashMap<>();
    private boolean stopped;

    @Override
    public synchronized void keep(String address, Kept one) {
        if (stopped) {
            close(one);
            return;
        }
        Kept before = kept.put(address, one);
        if (before != null) close(before);
        CompletableFuture.delayedExecutor(KEPT_MILLIS, TimeUnit.MILLISECONDS, Thread::startVirtualThread).execute(() -> expire(address, one));
    }

    synchronized void expire(String address, Kept one) {
        if (kept.get(address) != one) return; // taken, whatever was left there since
        kept.remove(address);
        LOG.info("nobody has come to accept connections on {} for {} s: they are refused", address, KEPT_MILLIS / 1000);
        close(one);
    }

    @Override
    public synchronized Optional<Kept> take(String address) {
        return Optional.ofNullable(kept.remove(address)).filter(one -> one.socket().isOpen());
    }

    @Deactivate
    synchronized void stop() {
        stopped = true;
        kept.values().forEach(SocketRest::close);
        kept.clear();
    }

    private static void close(Kept one) {
        try {
            one.socket().close();
        } catch (IOException e) {
            LOG.debug("a listening socket could not be closed", e);
        }
    }
}
