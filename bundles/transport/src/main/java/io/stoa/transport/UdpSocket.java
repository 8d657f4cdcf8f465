package io.stoa.transport;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * One UDP port at one local address. Belongs to its loop. Another kind of socket can take its descriptor over, with all flows, while packets come
 * and go: what arrives in between waits in the kernel.
 */
abstract sealed class UdpSocket permits NettyUdpSocket, LinuxUdpSocket {
    /** Datagrams that the kernel gets as one. */
    static final int MAX_RUN = 32;

    final NettyLoop loop;
    final FlowTable flows;
    /** Something waits to be sent at the end of the turn. */
    boolean dirty;

    /** Who has the port since this one gave it away; null while it has it. */
    private UdpSocket successor;

    UdpSocket(NettyLoop loop, FlowTable flows) {
        this.loop = loop;
        this.flows = flows;
    }

    /** What a caller of {@link #release} makes of the descriptor. */
    interface Successor {
        /** On the loop. @throws IOException if the descriptor is of no use to it; then it is closed */
        UdpSocket of(int descriptor) throws IOException;
    }

    /** On the loop: gives descriptor and flows to another kind. @return done when that reads */
    final CompletableFuture<UdpSocket> giveTo(Successor kind) {
        CompletableFuture<UdpSocket> taken = new CompletableFuture<>();
        flush();
        release(descriptor -> {
            try {
                UdpSocket next = kind.of(descriptor);
                successor = next;
                flows.forEach(flow -> flow.socket = next.path(((Path) flow.socket).remote));
                loop.replace(this, next);
                taken.complete(next);
            } catch (IOException | RuntimeException e) {
                taken.completeExceptionally(e);
            }
        });
        return taken;
    }

    /** Who has the port now. */
    final UdpSocket current() {
        UdpSocket socket = this;
        while (socket.successor != null) socket = socket.successor;
        return socket;
    }

    /** Neither reads nor writes any more. @param then gets the descriptor, which stays open, on the loop */
    abstract void release(IntConsumer then);

    /** What {@link Flow#socket} holds: where to send. */
    abstract static sealed class Path permits NettyUdpSocket.NettyPath, LinuxUdpSocket.LinuxPath {
        final InetSocketAddress remote;

        Path(InetSocketAddress remote) {
            this.remote = remote;
        }

        abstract UdpSocket socket();
    }

    abstract TransportAddress local();

    abstract Path path(InetSocketAddress remote);

    abstract void send(Path path, byte[] bytes, int offset, int length);

    abstract void flush();

    /** From any thread: the port is free soon, and at once if it is the loop's own. */
    abstract void close();

    /** Finds or makes. */
    Flow flow(InetSocketAddress remote) {
        Flow flow = flows.get(remote);
        if (flow != null) return flow;
        flow = new Flow(Flow.Protocol.UDP, local(), TransportAddress.of(remote), path(remote));
        flow.heardAt = loop.now();
        if (flows.add(remote, flow)) return flow;
        loop.drop(Drop.FLOW_LIMIT);
        return null;
    }

    void waits() {
        if (dirty) return;
        dirty = true;
        loop.dirty(this);
    }
}
