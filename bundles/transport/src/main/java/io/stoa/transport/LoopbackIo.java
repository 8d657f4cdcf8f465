package io.stoa.transport;

import io.stoa.base.Flow;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PacketLoop.PortLease;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;

/** One loop with a few ports of loopback, each for one peer. Its thread gives way to all others. */
final class LoopbackIo implements PacketIo {
    private static final int PORTS = 8;

    private final UdpBinder udp;
    private final NettyLoop loop;
    private final Queue<UdpSocket> free = new ConcurrentLinkedQueue<>();

    LoopbackIo(UdpBinder.Kind kind) throws IOException {
        udp = new UdpBinder(kind, List.of(InetAddress.getLoopbackAddress()));
        loop = new NettyLoop(0, NettyLoop.group(kind.epoll(), "rehearsal", LoopPriority::giveWay), new PortSource() {
            @Override
            public PortLease lease(NettyLoop of) {
                return leased();
            }

            @Override
            public PortLease ownLease(NettyLoop of) throws IOException {
                throw new IOException("a rehearsal has no connections to other nodes");
            }
        });
        try {
            for (int i = 0; i < PORTS; i++) free.addAll(udp.bindAnywhere(loop));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** On the loop. Without an endpoint when all are taken. */
    private PortLease leased() {
        UdpSocket socket = free.poll();
        if (socket == null) return new Lease(List.of(), () -> {});
        loop.add(socket);
        return new Lease(List.of(new LocalEndpoint(Flow.Protocol.UDP, socket.local())), () -> {
            loop.sockets().remove(socket);
            socket.close();
        });
    }

    @Override
    public String name() {
        return udp.kind().label;
    }

    @Override
    public int loops() {
        return 1;
    }

    @Override
    public Attachment attach(IntFunction<LoopHandler> handlers) {
        return new LoopAttachment(List.of(loop), handlers, detach -> {
            detach.run();
            close();
        });
    }

    private void close() {
        loop.eventLoop().submit(() -> {
            loop.closeSockets();
            free.forEach(UdpSocket::close);
        }).awaitUninterruptibly();
        NettyLoop.end(List.of(loop));
    }
}
