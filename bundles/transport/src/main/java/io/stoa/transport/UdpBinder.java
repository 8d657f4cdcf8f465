package io.stoa.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.stoa.base.TransportAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Opens UDP ports of some kind at some local addresses. Waits for the loop, so never on it. */
record UdpBinder(Kind kind, List<InetAddress> addresses) {
    /** Whose sockets carry datagrams. */
    enum Kind {
        /** By system calls of our own, on Netty's epoll. */
        OWN("netty-epoll, own UDP sockets"),
        EPOLL("netty-epoll"),
        NIO("netty-nio");

        /** {@link io.stoa.media.PacketIo#name}. */
        final String label;

        Kind(String label) {
            this.label = label;
        }

        boolean epoll() {
            return this != NIO;
        }
    }

    /** Of peers that have ports of their own where others share theirs. */
    private static final int FIRST_OWN_PORT = 49_152;
    private static final int LAST_OWN_PORT = 65_535;
    private static final int TRIES = 200;
    private static final int SOCKET_BUFFER = 4 << 20;

    UdpSocket bind(NettyLoop loop, InetAddress address, int port) throws IOException {
        return kind == Kind.OWN ? bindOwn(loop, address, port) : bindNetty(loop, address, port);
    }

    private UdpSocket bindNetty(NettyLoop loop, InetAddress address, int port) throws IOException {
        NettyUdpSocket socket = new NettyUdpSocket(loop);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.group())
                .channel(kind.epoll() ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(4 << 20, 8 << 20))
                .handler(socket.handler());
        if (kind.epoll()) {
            NettyUdpSocket.options(loop).forEach((option, value) -> option(bootstrap, option, value));
        } else {
            // A named allocator forgets the channel's default of 16 and reads one datagram per turn.
            bootstrap.option(
                    ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(NettyUdpSocket.DATAGRAM).maxMessagesPerRead(NettyUdpSocket.DATAGRAMS_PER_READ));
        }
        var bound = bootstrap.bind(new InetSocketAddress(address, port)).awaitUninterruptibly();
        if (!bound.isSuccess()) throw unusable(address, port, bound.cause());
        socket.bound(bound.channel(), TransportAddress.of((InetSocketAddress) bound.channel().localAddress()));
        return socket;
    }

    @SuppressWarnings("unchecked")
    private static void option(Bootstrap bootstrap, ChannelOption<?> option, Object value) {
        bootstrap.option((ChannelOption<Object>) option, value);
    }

    private static UdpSocket bindOwn(NettyLoop loop, InetAddress address, int port) throws IOException {
        try {
            return new LinuxUdpSocket(loop, new InetSocketAddress(address, port), SOCKET_BUFFER);
        } catch (IOException e) {
            throw unusable(address, port, e);
        }
    }

    private static IOException unusable(InetAddress address, int port, Throwable cause) {
        return new IOException("UDP " + address.getHostAddress() + " port " + port + " (rtc.udp_port) cannot be used: " + cause.getMessage(), cause);
    }

    /** One port at every address. @return null if it is taken */
    List<UdpSocket> bindAll(NettyLoop loop, int port) {
        List<UdpSocket> own = new ArrayList<>();
        try {
            for (InetAddress address : addresses) own.add(bind(loop, address, port));
            return own;
        } catch (IOException e) {
            for (UdpSocket socket : own) socket.close();
            return null;
        }
    }

    List<UdpSocket> bindAnywhere(NettyLoop loop) throws IOException {
        for (int tries = 0; tries < TRIES; tries++) {
            List<UdpSocket> own = bindAll(loop, ThreadLocalRandom.current().nextInt(FIRST_OWN_PORT, LAST_OWN_PORT + 1));
            if (own != null) return own;
        }
        throw new IOException("no UDP port of " + FIRST_OWN_PORT + " to " + LAST_OWN_PORT + " is free");
    }
}
