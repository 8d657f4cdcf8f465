package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.media.ForwardingEngine;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The forwarding engine of the day, and how it is replaced under traffic (architecture, section 5).
 *
 * <p>{@link #bind} and {@link #unbind} come from the framework. A successor is bound before its predecessor is unbound: then every loop
 * replaces its forwarders between two packets, one publication after the other, and {@link #unbind} returns when no loop holds anything
 * of the old engine. Without a successor the loops hold the state of every subscription until an engine comes.
 */
final class EngineSlot {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSlot.class);

    private final List<MediaLoop> loops;
    private final AtomicLong longestGap = new AtomicLong();
    private ForwardingEngine engine;
    private boolean closed;
    private volatile String name = "";

    EngineSlot(List<MediaLoop> loops) {
        this.loops = loops;
    }

    String name() {
        return name;
    }

    long longestGapNanos() {
        return longestGap.get();
    }

    synchronized void bind(ForwardingEngine next) {
        LOG.info("forwarding by {}", next.name());
        engine = next;
        name = next.name();
        longestGap.set(0);
        for (MediaLoop loop : loops) {
            loop.post(() -> adopt(loop, next));
            loop.post(() -> adopted(loop)); // a turn of its own, because a loop's time stands still within one
        }
    }

    /** The plane is going away: its loops take no more tasks. */
    synchronized void close() {
        closed = true;
    }

    synchronized void unbind(ForwardingEngine gone) {
        if (closed) return;
        if (engine == gone) {
            LOG.info("no forwarding engine: media is held");
            engine = null;
            name = "";
            for (MediaLoop loop : loops) loop.post(() -> hold(loop, gone));
        }
        Barrier.await(loops, "the old forwarding engine");
    }

    private void adopt(MediaLoop loop, ForwardingEngine next) {
        long begun = loop.now();
        if (loop.withoutEngineSince == Time.NEVER) loop.withoutEngineSince = begun;
        loop.engine(next);
        int failed = 0;
        for (LoopTrack track : loop.tracks()) {
            for (int i = 0; i < track.subscribers(); i++) {
                try {
                    track.subscriber(i).adopt(begun, next);
                } catch (RuntimeException | LinkageError e) {
                    if (failed++ == 0) LOG.warn("{} could not take over {}; its old forwarder stays", next.name(), track.trackSid, e);
                }
            }
        }
        if (failed > 0) LOG.warn("{} subscriptions stay with the engine before {}", failed, next.name());
    }

    private void adopted(MediaLoop loop) {
        longestGap.accumulateAndGet(loop.now() - loop.withoutEngineSince, Math::max);
        loop.withoutEngineSince = Time.NEVER;
    }

    private static void hold(MediaLoop loop, ForwardingEngine gone) {
        if (loop.engine() != gone) return;
        loop.engine(null);
        loop.withoutEngineSince = loop.now();
        for (LoopTrack track : loop.tracks()) for (int i = 0; i < track.subscribers(); i++) track.subscriber(i).hold(loop.now());
    }
}
