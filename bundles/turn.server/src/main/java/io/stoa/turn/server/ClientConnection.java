package io.stoa.turn.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A client over TCP or TLS. Who has no allocation may not stay. */
final class ClientConnection extends SimpleChannelInboundHandler<ByteBuf> implements ClientPath {
    private static final int PATIENCE_SECONDS = 10;

    private final TurnLoop loop;
    private Channel channel;
    private Flow flow;

    ClientConnection(TurnLoop loop) {
        this.loop = loop;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        flow = new Flow(
                Flow.Protocol.TCP,
                TransportAddress.of((InetSocketAddress) channel.localAddress()),
                TransportAddress.of((InetSocketAddress) channel.remoteAddress()),
                this);
        released();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
        loop.receive(flow, frame);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        loop.endTurn();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (flow != null) loop.gone(flow);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // a reset, no TLS, or nothing that TURN knows: the client notices
    }

    // -- ClientPath

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public Object message(ByteBuf bytes) {
        return bytes;
    }

    @Override
    public void released() {
        channel.eventLoop().schedule(() -> {
            if (flow.owner == null) channel.close();
        }, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
