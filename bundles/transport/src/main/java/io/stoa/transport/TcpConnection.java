package io.stoa.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunPeek;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One ICE/TCP connection: frames of two length bytes (RFC 4571), the first of which must be a STUN request for one of our peers. Then
 * the connection moves to the loop of that peer and is a flow like any other.
 */
final class TcpConnection extends SimpleChannelInboundHandler<ByteBuf> {
    /** Bytes that wait for a client that does not read. */
    private static final int OUTGOING_LIMIT = 1 << 20;
    private static final int PATIENCE_SECONDS = 10;

    private final List<NettyLoop> loops;
    private final Runnable onClose;
    private NettyLoop loop;
    private Channel channel;
    private Flow flow;
    /** Frames that arrived before the connection was on its loop; null from then on, and before the first one. */
    private List<byte[]> early;

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
        context.executor().schedule(() -> {
            if (flow == null) channel.close(); // it has not said what it wants
        }, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        int length = frame.readableBytes();
        if (length > DatagramBatch.MAX_DATAGRAM) {
            if (flow == null) context.close();
            else if (early == null) loop.drop(Drop.OVERSIZED);
            return;
        }
        byte[] bytes = new byte[length];
        frame.readBytes(bytes);
        if (flow == null) first(context, bytes);
        else if (early != null) early.add(bytes);
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
            early = new ArrayList<>(List.of(bytes));
            move();
            return;
        }
        context.close(); // not a client of ours
    }

    /** What came with the first frame, in one segment perhaps, waits until the connection is on the thread of its loop. */
    private void move() {
        if (loop.inLoop()) {
            begin();
            return;
        }
        channel.config().setAutoRead(false);
        channel.deregister().addListener(done -> loop.eventLoop().register(channel).addListener(moved -> {
            if (!moved.isSuccess() || !channel.isActive()) {
                channel.close();
                return;
            }
            begin();
            channel.config().setAutoRead(true);
        }));
    }

    /** On the loop. */
    private void begin() {
        if (loop.handler() == null) {
            channel.close();
            return;
        }
        loop.add(this);
        List<byte[]> waiting = early;
        early = null;
        for (byte[] bytes : waiting) if (bytes.length > 0) loop.arrived(flow, bytes, bytes.length);
        loop.deliver();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (loop != null && early == null) loop.deliver();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        onClose.run();
        if (flow == null || early != null) return; // nobody has heard of it
        loop.remove(this);
        loop.flowClosed(flow);
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

    /** After what is queued has left. */
    void close() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    void hangUp() {
        channel.close();
    }
}
