package io.stoa.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import java.net.InetSocketAddress;

/** One UDP port at one local address. Belongs to its loop. */
final class UdpSocket extends ChannelInboundHandlerAdapter {
    /** What {@link Flow#socket} holds: where to send. */
    record Path(UdpSocket socket, InetSocketAddress remote) {}

    private final NettyLoop loop;
    private final byte[] scratch = new byte[DatagramBatch.MAX_DATAGRAM];
    final FlowTable flows = new FlowTable();
    private TransportAddress local;
    private Channel channel;
    boolean dirty;

    UdpSocket(NettyLoop loop) {
        this.loop = loop;
    }

    void bound(Channel bound, TransportAddress address) {
        channel = bound;
        local = address;
    }

    TransportAddress local() {
        return local;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            ByteBuf content = packet.content();
            int length = content.readableBytes();
            if (length > DatagramBatch.MAX_DATAGRAM) {
                loop.drop(Drop.OVERSIZED);
                return;
            }
            loop.arriving();
            Flow flow = flow(packet.sender(), false);
            if (flow == null) return;
            content.getBytes(content.readerIndex(), scratch, 0, length);
            loop.arrived(flow, scratch, length);
        } finally {
            packet.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        loop.deliver();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // An ICMP error about some destination (port unreachable) shows as an exception of the socket: consent expires by itself.
        loop.drop(Drop.SEND_FAILED);
    }

    /** Finds or makes. */
    Flow flow(InetSocketAddress remote, boolean outgoing) {
        Flow flow = flows.get(remote);
        if (flow != null) return flow;
        flow = new Flow(Flow.Protocol.UDP, local, TransportAddress.of(remote), new Path(this, remote));
        flow.heardAt = loop.now();
        if (flows.add(remote, flow)) return flow;
        loop.drop(Drop.FLOW_LIMIT);
        return null;
    }

    void send(InetSocketAddress remote, byte[] bytes, int offset, int length) {
        if (!channel.isWritable()) {
            loop.drop(Drop.SEND_QUEUE_FULL);
            return;
        }
        ByteBuf buffer = channel.alloc().directBuffer(length);
        buffer.writeBytes(bytes, offset, length);
        channel.write(new DatagramPacket(buffer, remote), channel.voidPromise());
        if (dirty) return;
        dirty = true;
        loop.dirty(this);
    }
}
