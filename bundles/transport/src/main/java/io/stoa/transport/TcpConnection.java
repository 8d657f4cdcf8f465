package io.stoa.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunPeek;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One ICE/TCP connection: frames of two length bytes (RFC 4571), the first of which must be a STUN request for one of our peers. Then
 * the connection moves to the loop of that peer and is a flow like any other.
 */
final class TcpConnection extends SimpleChannelInboundHandler<ByteBuf> {
    /** Frames that a client may have in flight while it is being moved. */
    private static final int OUTGOING_LIMIT = 1 << 20;

    private final List<NettyLoop> loops;
    private final Runnable onClose;
    private NettyLoop loop;
    private Channel channel;
    private Flow flow;

    TcpConnection(List<NettyLoop> loops, Runnable onClose) {
        this.loops = loops;
        this.onClose = onClose;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        int length = frame.readableBytes();
        byte[] bytes = new byte[length];
        frame.readBytes(bytes);
        if (flow == null) first(context, bytes);
        else if (length > DatagramBatch.MAX_DATAGRAM) loop.drop(Drop.OVERSIZED);
        else if (length > 0) loop.arrived(flow, bytes, length);
    }

    private void first(ChannelHandlerContext context, byte[] bytes) {
        String ufrag = StunPeek.localUfrag(bytes, 0, bytes.length);
        for (NettyLoop candidate : loops) {
            LoopHandler handler = candidate.handler();
            if (ufrag == null || handler == null || !handler.claims(ufrag)) continue;
            loop = candidate;
            flow = new Flow(
                    Flow.Protocol.TCP,
                    TransportAddress.of((InetSocketAddress) channel.localAddress()),
                    TransportAddress.of((InetSocketAddress) channel.remoteAddress()),
                    this);
            move(context, bytes);
            return;
        }
        context.close(); // not a client of ours
    }

    private void move(ChannelHandlerContext context, byte[] bytes) {
        if (loop.inLoop()) {
            loop.arrived(flow, bytes, bytes.length);
            loop.deliver();
            return;
        }
        channel.config().setAutoRead(false);
        channel.deregister().addListener(done -> loop.eventLoop().register(channel).addListener(moved -> {
            loop.arrived(flow, bytes, bytes.length);
            loop.deliver();
            channel.config().setAutoRead(true);
        }));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (loop != null && loop.inLoop()) loop.deliver();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        onClose.run();
        if (flow != null) loop.flowClosed(flow);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // a reset, or a frame longer than any of ours: the flow ends, ICE notices
    }

    /** @return false if it was dropped because the client does not read */
    boolean send(byte[] bytes, int offset, int length) {
        if (!channel.isActive() || channel.unsafe().outboundBuffer() != null && channel.unsafe().outboundBuffer().totalPendingWriteBytes() > OUTGOING_LIMIT) {
            loop.drop(channel.isActive() ? Drop.SEND_QUEUE_FULL : Drop.SEND_FAILED);
            return false;
        }
        ByteBuf buffer = channel.alloc().directBuffer(length + 2);
        buffer.writeShort(length);
        buffer.writeBytes(bytes, offset, length);
        channel.write(buffer, channel.voidPromise());
        return true;
    }

    void close() {
        channel.close();
    }
}
