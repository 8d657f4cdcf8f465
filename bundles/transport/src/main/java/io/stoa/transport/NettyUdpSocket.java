package io.stoa.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * A UDP port as a channel of Netty.
 *
 * <p>What a turn sends to one destination is gathered: a run of datagrams of one length (the last may be shorter) is handed to the kernel
 * as one that it cuts ({@code UDP_SEGMENT}), because sending is paid per call and destination, not per byte.
 */
final class NettyUdpSocket extends UdpSocket {
    /** A turn that produces more than this sends in between. */
    private static final int MAX_GATHERED = 4 << 20;
    static final int DATAGRAM = 2_048;
    static final int DATAGRAMS_PER_READ = 32;

    /** Where to send, and the run that waits to go there. */
    static final class NettyPath extends Path {
        private final NettyUdpSocket socket;
        private ByteBuf run;
        private int segment;
        private int count;
        private int before = 1;
        private boolean complete;
        private boolean queued;

        NettyPath(NettyUdpSocket socket, InetSocketAddress remote) {
            super(remote);
            this.socket = socket;
        }

        @Override
        NettyUdpSocket socket() {
            return socket;
        }
    }

    private final List<NettyPath> gathering = new ArrayList<>();
    private int gathered;
    private boolean segments;
    private final byte[] scratch = new byte[DatagramBatch.MAX_DATAGRAM];
    private TransportAddress local;
    private Channel channel;

    NettyUdpSocket(NettyLoop loop) {
        this(loop, new FlowTable());
    }

    private NettyUdpSocket(NettyLoop loop, FlowTable flows) {
        super(loop, flows);
    }

    /** On the loop: with the descriptor and the flows of another kind of socket, which epoll has. */
    static NettyUdpSocket over(NettyLoop loop, FlowTable flows, TransportAddress local, int descriptor) throws IOException {
        NettyUdpSocket socket = new NettyUdpSocket(loop, flows);
        EpollDatagramChannel channel = new EpollDatagramChannel(descriptor);
        options(loop).forEach((option, value) -> set(channel, option, value));
        channel.pipeline().addLast(socket.handler());
        socket.bound(channel, local);
        ChannelFuture registered = loop.eventLoop().register(channel);
        if (registered.isDone() && !registered.isSuccess()) throw new IOException("no loop takes the socket", registered.cause());
        return socket;
    }

    @SuppressWarnings("unchecked")
    private static void set(Channel channel, ChannelOption<?> option, Object value) {
        channel.config().setOption((ChannelOption<Object>) option, value);
    }

    /** What a channel of epoll needs beside what every socket has. */
    static Map<ChannelOption<?>, Object> options(NettyLoop loop) {
        return Map.of(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(4 << 20, 8 << 20),
                EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM,
                ChannelOption.RECVBUF_ALLOCATOR, new TurnReader(loop, DATAGRAM * DATAGRAMS_PER_READ));
    }

    /** Of a channel of epoll. */
    @Override
    void release(IntConsumer then) {
        int descriptor = ((EpollDatagramChannel) channel).fd().intValue();
        channel.deregister().addListener(gone -> then.accept(descriptor));
    }

    ChannelHandler handler() {
        return new Events();
    }

    void bound(Channel bound, TransportAddress address) {
        channel = bound;
        segments = bound instanceof EpollDatagramChannel && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
        local = address;
    }

    @Override
    TransportAddress local() {
        return local;
    }

    @Override
    void close() {
        channel.close();
    }

    private final class Events extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            received((DatagramPacket) message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            loop.deliver();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Some interfaces cannot send what has to be cut; what was lost is asked for again.
            if (cause instanceof NativeIoException failure && (-failure.expectedErr() == LinuxCalls.EIO || -failure.expectedErr() == LinuxCalls.EINVAL)) segments = false;
            // An ICMP error about some destination (port unreachable) shows as an exception of the socket: consent expires by itself.
            loop.drop(Drop.SEND_FAILED);
        }
    }

    private void received(DatagramPacket packet) {
        try {
            ByteBuf content = packet.content();
            int length = content.readableBytes();
            if (length > DatagramBatch.MAX_DATAGRAM) {
                loop.drop(Drop.OVERSIZED);
                return;
            }
            loop.arriving();
            Flow flow = flow(packet.sender());
            if (flow == null) return;
            content.getBytes(content.readerIndex(), scratch, 0, length);
            loop.arrived(flow, scratch, length);
        } finally {
            packet.release();
        }
    }

    @Override
    Path path(InetSocketAddress remote) {
        return new NettyPath(this, remote);
    }

    @Override
    void send(Path to, byte[] bytes, int offset, int length) {
        NettyPath path = (NettyPath) to;
        if (!channel.isWritable()) {
            loop.drop(Drop.SEND_QUEUE_FULL);
            return;
        }
        if (path.run != null && (!segments || path.complete || length > path.segment || path.count == MAX_RUN)) write(path);
        if (path.run == null) begin(path, length);
        path.run.writeBytes(bytes, offset, length);
        path.count++;
        path.complete = length < path.segment;
        gathered += length;
        if (gathered > MAX_GATHERED) flush();
        waits();
    }

    private void begin(NettyPath path, int length) {
        path.run = channel.alloc().directBuffer(length * path.before);
        path.segment = length;
        path.count = 0;
        if (path.queued) return;
        path.queued = true;
        gathering.add(path);
    }

    private void write(NettyPath path) {
        ByteBuf run = path.run;
        path.run = null;
        path.before = path.count;
        DatagramPacket packet = path.count == 1 ? new DatagramPacket(run, path.remote) : new SegmentedDatagramPacket(run, path.segment, path.remote);
        channel.write(packet, channel.voidPromise());
    }

    @Override
    void flush() {
        for (int i = 0; i < gathering.size(); i++) {
            NettyPath path = gathering.get(i);
            path.queued = false;
            if (path.run != null) write(path);
        }
        gathering.clear();
        gathered = 0;
        channel.flush();
    }
}
