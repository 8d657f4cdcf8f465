package io.stoa.turn.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.stoa.base.Drop;
import io.stoa.turn.Relay;

/** What peers send to a relay port. */
final class RelaySocket extends SimpleChannelInboundHandler<DatagramPacket> {
    private final TurnLoop loop;
    private final Relay relay;

    RelaySocket(TurnLoop loop, Relay relay) {
        this.loop = loop;
        this.relay = relay;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        if (packet.content().readableBytes() >= TurnLoop.DATAGRAM) loop.drop(Drop.OVERSIZED);
        else loop.fromPeer(relay, packet.sender(), packet.content());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        loop.endTurn();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.drop(Drop.SEND_FAILED);
    }
}
