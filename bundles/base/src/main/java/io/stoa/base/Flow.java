package io.stoa.base;

/**
 * One path that datagrams take between a local socket and a remote address: what RFC 8445 calls a 5-tuple. A flow is created by the
 * packet input of one media loop when it first hears from a remote address (or when a peer first wants to send to it), belongs to
 * that loop, and is compared by identity. Over TCP a flow is one connection, and a datagram one frame (RFC 4571).
 *
 * <p>{@link #owner} is the slot by which the loop finds a connection without a second look-up: the peer that has proved by STUN that
 * the flow is its own, or null.
 */
public final class Flow {
    /** How datagrams travel; the name is the transport token of a candidate (RFC 8839 section 5.1, RFC 6544). */
    public enum Protocol {
        UDP,
        TCP
    }

    public final Protocol protocol;
    public final TransportAddress local;
    public final TransportAddress remote;

    /** For the packet output: which socket, and whatever else it needs to send. Nobody else touches it; on the loop it may become another. */
    public Object socket;

    /** The connection that owns this flow, or null. Written and read on the loop only. */
    public Object owner;

    /** When a datagram last arrived, monotonic nanoseconds; written by the packet input. */
    public long heardAt;

    public Flow(Protocol protocol, TransportAddress local, TransportAddress remote, Object socket) {
        this.protocol = protocol;
        this.local = local;
        this.remote = remote;
        this.socket = socket;
    }

    @Override
    public String toString() {
        return protocol + " " + local + " <- " + remote;
    }
}
