package io.stoa.media.plane;

import io.stoa.srtp.SrtpEngine;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SRTP engine of the day. When there is another, connections go over to it between two packets, some in each turn of their loop: keys,
 * roll-over counters and replay windows are taken along, so no packet is lost, and none is taken twice. While there is none, connections
 * go on with what they have, and new ones are refused.
 */
final class SrtpSlot {
    private static final Logger LOG = LoggerFactory.getLogger(SrtpSlot.class);
    /** Connections that change in one turn: making keys costs some 20 to 100 µs for each. */
    private static final int PER_TURN = 16;

    private final List<MediaLoop> loops;
    private SrtpEngine engine;
    private CountDownLatch changing = new CountDownLatch(0);
    private boolean closed;
    private volatile String name = "";

    SrtpSlot(List<MediaLoop> loops) {
        this.loops = loops;
    }

    /** Empty while there is none. */
    String name() {
        return name;
    }

    boolean isBound() {
        return !name.isEmpty();
    }

    synchronized void bind(SrtpEngine next) {
        LOG.info("packets protected by {}", next.name());
        engine = next;
        CountDownLatch done = new CountDownLatch(loops.size());
        changing = done;
        for (MediaLoop loop : loops)
            loop.post(() -> {
                loop.srtp(next);
                change(loop, new Change(next, new ArrayDeque<>(loop.peers()), done));
            });
        name = next.name(); // connections that are opened from now on find it on their loop
    }

    /** A successor is bound before its predecessor is unbound: then it returns when no connection holds anything of that. */
    void unbind(SrtpEngine gone) {
        CountDownLatch done;
        synchronized (this) {
            if (closed) return;
            if (engine == gone) {
                LOG.info("no SRTP engine: connections go on as they are, new ones are refused");
                engine = null;
                name = "";
                return;
            }
            done = changing;
        }
        Barrier.await(done, "the old SRTP engine");
    }

    /** The plane is going away: its loops take no more tasks. */
    synchronized void close() {
        closed = true;
    }

    /** One loop's connections on their way to an engine. */
    private static final class Change {
        private final SrtpEngine next;
        private final Queue<LoopPeer> waiting;
        private final CountDownLatch done;
        private int failed;

        Change(SrtpEngine next, Queue<LoopPeer> waiting, CountDownLatch done) {
            this.next = next;
            this.waiting = waiting;
            this.done = done;
        }
    }

    private static void change(MediaLoop loop, Change change) {
        for (int i = 0; i < PER_TURN && !change.waiting.isEmpty(); i++) {
            LoopPeer peer = change.waiting.poll();
            try {
                peer.peer().changeEngine();
            } catch (RuntimeException | LinkageError e) {
                if (change.failed++ == 0) LOG.warn("{} could not take over the connection of {}; the engine before goes on", change.next.name(), peer.spec().identity(), e);
            }
        }
        if (!change.waiting.isEmpty()) {
            loop.post(() -> change(loop, change));
            return;
        }
        if (change.failed > 0) LOG.warn("{} connections stay with the engine before {}", change.failed, change.next.name());
        change.done.countDown();
    }
}
