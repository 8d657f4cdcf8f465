package io.stoa.turn.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/** One UDP port for clients. Remembers those that have an allocation. */
final class UdpListener extends SimpleChannelInboundHandler<DatagramPacket> {
    private final TurnLoop loop;
    private final Map<InetSocketAddress, Flow> flows = new HashMap<>();
    private TransportAddress local;

    UdpListener(TurnLoop loop) {
        this.loop = loop;
    }

    /** @param remote where the answers go */
    private record Path(UdpListener listener, Channel channel, InetSocketAddress remote) implements ClientPath {
        @Override
        public Object message(ByteBuf bytes) {
            return new DatagramPacket(bytes, remote);
        }

        @Override
        public void released() {
            listener.flows.remove(remote);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        local = TransportAddress.of((InetSocketAddress) context.channel().localAddress());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        if (packet.content().readableBytes() >= TurnLoop.DATAGRAM) {
            loop.drop(Drop.OVERSIZED);
            return;
        }
        Flow known = flows.get(packet.sender());
        if (known != null) {
            loop.receive(known, packet.content());
            return;
        }
        Flow flow = new Flow(Flow.Protocol.UDP, local, TransportAddress.of(packet.sender()), new Path(this, context.channel(), packet.sender()));
        loop.receive(flow, packet.content());
        if (flow.owner != null) flows.put(packet.sender(), flow);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        loop.endTurn();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.drop(Drop.SEND_FAILED); // an ICMP error about some client shows as an exception of the socket
    }
}
