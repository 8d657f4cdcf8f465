package io.stoa.media;

import io.stoa.base.DatagramSink;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The output side of one media loop. All methods but {@link #post} and {@link #inLoop} belong to the loop's thread.
 *
 * <p>{@link #send} takes the bytes at once and queues them; the queue leaves in one go at the end of the loop's turn (after the handler
 * returned from {@code receive}, {@code wake} or the last posted task of a turn).
 */
@ProviderType
public interface PacketLoop extends DatagramSink {
    int index();

    boolean inLoop();

    /** Runs a task on the loop, in the order of posting. Callable from any thread; dropped when the attachment is closed. */
    void post(Runnable task);

    /** Monotonic nanoseconds of this turn: read once per turn, so cheap and constant within it. */
    long now();

    /** The ports that a new peer's candidates name. Shared leases are free; leases of own ports must be closed. */
    PortLease lease();

    /**
     * UDP ports for one peer alone, whatever the others have: for a connection to another node, which would look like every other one between
     * the same two shared ports. Any thread but the loop's, which it waits for; used and closed on the loop.
     *
     * @throws IOException if there are none; its message is fit for a user
     */
    default PortLease ownLease() throws IOException {
        throw new IOException("this packet input has no ports for one peer alone");
    }

    /**
     * The flow between a leased local endpoint and a remote address, made if it does not exist.
     *
     * @return null if there is no such local endpoint, if the flow table is full, or for TCP unless the remote has connected
     */
    Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote);

    /** Forgets a flow; a TCP connection is closed after what is queued has left. */
    void close(Flow flow);

    /** Local endpoints that carry a peer's packets. */
    interface PortLease extends AutoCloseable {
        List<LocalEndpoint> endpoints();

        @Override
        void close();
    }

    /**
     * @param address of the socket; a real local address, never a wildcard
     * @param advertised what candidates say, best first: the same, or how others see it ({@link NodeAddresses}), for several endpoints
     *     perhaps; at least one
     */
    record LocalEndpoint(Flow.Protocol protocol, TransportAddress address, List<TransportAddress> advertised) {
        public LocalEndpoint(Flow.Protocol protocol, TransportAddress address) {
            this(protocol, address, List.of(address));
        }

        /** Whether others see it under another address. */
        public boolean mapped() {
            return !advertised.getFirst().equals(address);
        }
    }
}
