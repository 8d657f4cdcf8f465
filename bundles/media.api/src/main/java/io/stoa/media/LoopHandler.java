package io.stoa.media;

import io.stoa.base.Flow;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What one media loop does with its packets. Called on the loop's thread only, except {@link #claims}. After every call the loop asks
 * {@link #nextWake} and sends what was queued.
 */
@ConsumerType
public interface LoopHandler {
    /** Called once, first: the output side of the loop. */
    void attached(PacketLoop loop);

    /** Everything that one read brought. The batch and its bytes are reused after the return. */
    void receive(long now, DatagramBatch batch);

    /** The flow is gone: its TCP connection ended, or a UDP flow without owner was aged out. */
    void flowClosed(long now, Flow flow);

    /** A deadline given by {@link #nextWake} has come (or something close to it: early calls are harmless). */
    void wake(long now);

    /** When this handler wants to be woken, {@link io.stoa.base.Time#NEVER} if it waits for nothing. */
    long nextWake();

    /**
     * Whether a peer with this local ICE username fragment lives on this loop. Any thread: the TCP acceptor asks all loops to learn
     * where a new connection belongs.
     */
    boolean claims(String localUfrag);
}
