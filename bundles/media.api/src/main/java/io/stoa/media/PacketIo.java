package io.stoa.media;

import java.io.IOException;
import java.util.function.IntFunction;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Packet input and output: sockets and media loops. A provider binds its sockets when it is activated (and fails to activate, naming
 * address and port, when it cannot), starts one thread {@code media-k} per loop, and drops what arrives until somebody attaches.
 *
 * <p>Ports (configuration PID {@code io.stoa.rtc}, LiveKit's {@code rtc.*} keys):
 *
 * <ul>
 *   <li>{@code rtc.udp_port} as a range {@code a-b}: min(processors, size) loops, one port each. Candidates of a peer name the port of
 *       its loop, so the kernel delivers to the owner.
 *   <li>{@code rtc.udp_port} as one port: one loop.
 *   <li>no {@code udp_port}: {@code port_range_start..end}, every peer leases ports of its own. Slower: one socket per peer.
 *   <li>{@code rtc.tcp_port}: ICE/TCP (RFC 6544, passive, frames of RFC 4571); a connection is given to a loop by the ufrag of its
 *       first STUN message through {@link LoopHandler#claims}.
 * </ul>
 *
 * Sockets are bound per local address of {@link NodeAddresses}, so that a flow knows both of its ends. Candidates name what that says
 * instead of them.
 */
@ProviderType
public interface PacketIo {
    /** Names the implementation in the console and the metrics, for instance {@code netty-epoll}. */
    String name();

    /** How many media loops there are; at least 1. */
    int loops();

    /**
     * Hands every loop to a handler, and returns when each has been {@linkplain LoopHandler#attached attached}. Only one attachment
     * exists at a time.
     *
     * @throws IllegalStateException if somebody is attached
     */
    Attachment attach(IntFunction<LoopHandler> handlers);

    /**
     * Another one, of the same kind of sockets, for a rehearsal: one loop, and for each of a few peers a port of its own on loopback, which no
     * other machine reaches. Its thread gives way to all others. It ends with its attachment.
     *
     * @throws IOException if it cannot be had; its message is fit for a log
     */
    default PacketIo rehearsal() throws IOException {
        throw new IOException("this packet input and output has none");
    }

    /** What the media plane holds while it is attached. */
    interface Attachment extends AutoCloseable {
        PacketLoop loop(int index);

        /** Returns when no handler is called any more; flows are forgotten, TCP connections closed, sockets stay bound. */
        @Override
        void close();
    }
}
