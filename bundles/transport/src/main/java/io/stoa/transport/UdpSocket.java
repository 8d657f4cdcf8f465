package io.stoa.transport;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.net.InetSocketAddress;

/** One UDP port at one local address. Belongs to its loop. */
abstract sealed class UdpSocket permits NettyUdpSocket, LinuxUdpSocket {
    /** Datagrams that the kernel gets as one. */
    static final int MAX_RUN = 32;

    final NettyLoop loop;
    final FlowTable flows = new FlowTable();
    /** Something waits to be sent at the end of the turn. */
    boolean dirty;

    UdpSocket(NettyLoop loop) {
        this.loop = loop;
    }

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
