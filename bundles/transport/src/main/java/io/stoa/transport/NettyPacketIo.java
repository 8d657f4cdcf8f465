package io.stoa.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.LoopHandler;
import io.stoa.media.NodeAddresses;
import io.stoa.media.NodeAddresses.NodeAddress;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.transport.UdpBinder.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets and loops on Netty, as configured by {@code rtc.*}. */
@Component(
        service = PacketIo.class,
        property = {"osgi.command.scope=stoa", "osgi.command.function=sockets"},
        configurationPid = "io.stoa.rtc", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RtcConfig.class)
public final class NettyPacketIo implements PacketIo {
    private static final Logger LOG = LoggerFactory.getLogger(NettyPacketIo.class);
    private static final String OWN = "own";
    private static final String NETTY = "netty";
    private static final int MAX_TCP_CONNECTIONS = 10_000;
    private static final int TRIES_PER_PORT = 200;
    private static final int SPARE_PORTS = 16;
    private static final int SWAP_SECONDS = 5;

    private final RtcConfig config;
    private final boolean epoll = Epoll.isAvailable();
    private volatile UdpBinder udp;
    private final Map<InetAddress, List<InetAddress>> said = new HashMap<>();
    private final List<NettyLoop> loops = new ArrayList<>();
    private final List<Channel> acceptors = new ArrayList<>();
    private final List<LocalEndpoint> tcp = new ArrayList<>();
    private final AtomicInteger tcpConnections = new AtomicInteger();
    private final AtomicInteger nextPort;
    /** In range mode: ports per loop that wait for a peer. */
    private final List<ConcurrentLinkedQueue<List<UdpSocket>>> spare = new ArrayList<>();
    private boolean attached;

    @Activate
    public NettyPacketIo(RtcConfig config, @Reference NodeAddresses machine) throws IOException {
        this.config = config;
        nextPort = new AtomicInteger(config.portRangeStart());
        for (NodeAddress address : machine.all()) said.put(address.local(), address.said());
        if (!epoll) LOG.info("native epoll is not available, NIO is used: {}", String.valueOf(Epoll.unavailabilityCause()));
        String hindrance = epoll ? LinuxProbe.hindrance() : "no epoll";
        udp = new UdpBinder(hindrance == null ? Kind.OWN : epoll ? Kind.EPOLL : Kind.NIO, machine.all().stream().map(NodeAddress::local).toList());
        if (hindrance != null) LOG.info("UDP by Netty, not by sockets of our own: {}", hindrance);
        int[] ports = UdpPorts.shared(config.udpPort());
        int count = ports.length == 0 || config.forceTcp() ? Runtime.getRuntime().availableProcessors() : ports.length;
        try {
            for (int i = 0; i < count; i++) loops.add(newLoop(i));
            for (NettyLoop loop : loops) spare.add(new ConcurrentLinkedQueue<>());
            if (!config.forceTcp()) for (int i = 0; i < ports.length; i++) bindShared(loops.get(i), ports[i]);
            if (!config.forceTcp() && ports.length == 0) for (NettyLoop loop : loops) for (int i = 0; i < SPARE_PORTS; i++) prepare(loop);
            if (config.tcpPort() > 0) bindTcp(config.tcpPort());
        } catch (IOException e) {
            close();
            throw e;
        }
        LOG.info("media by {} on {}, UDP {}, TCP {}", name(), udp.addresses().stream().map(InetAddress::getHostAddress).toList(),
                config.forceTcp() ? "none" : ports.length == 0 ? config.portRangeStart() + "-" + config.portRangeEnd() : config.udpPort(), config.tcpPort());
    }

    private NettyLoop newLoop(int index) {
        return new NettyLoop(index, NettyLoop.group(epoll, "media-" + index, () -> {
            String hindrance = LoopPriority.raise();
            if (hindrance != null && index == 0) LOG.info("media loops wait for a core like all other threads: {}", hindrance);
        }), ports());
    }

    private void bindShared(NettyLoop loop, int port) throws IOException {
        for (InetAddress address : udp.addresses()) loop.add(udp.bind(loop, address, port));
    }

    private void bindTcp(int port) throws IOException {
        NettyLoop first = loops.getFirst();
        for (InetAddress address : udp.addresses()) {
            var bound = new ServerBootstrap()
                    .group(first.group())
                    .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator())
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (tcpConnections.incrementAndGet() > MAX_TCP_CONNECTIONS) {
                                tcpConnections.decrementAndGet();
                                channel.close();
                                return;
                            }
                            channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(NettyUdpSocket.DATAGRAM, 0, 2, 0, 2));
                            channel.pipeline().addLast(new TcpConnection(loops, tcpConnections::decrementAndGet));
                        }
                    })
                    .bind(new InetSocketAddress(address, port))
                    .awaitUninterruptibly();
            if (!bound.isSuccess())
                throw new IOException("TCP " + address.getHostAddress() + " port " + port + " (rtc.tcp_port) cannot be used: " + bound.cause().getMessage(), bound.cause());
            acceptors.add(bound.channel());
            tcp.add(endpoint(Flow.Protocol.TCP, TransportAddress.of((InetSocketAddress) bound.channel().localAddress())));
        }
    }

    private PortSource ports() {
        return new PortSource() {
            @Override
            public PortLease lease(NettyLoop loop) {
                return leased(loop);
            }

            @Override
            public PortLease ownLease(NettyLoop loop) throws IOException {
                return leasedAlone(loop);
            }
        };
    }

    private PortLease leased(NettyLoop loop) {
        if (config.forceTcp() || UdpPorts.shared(config.udpPort()).length > 0) return new Lease(endpoints(loop.sockets()), () -> {});
        List<UdpSocket> own = spare.get(loop.index()).poll();
        Thread.startVirtualThread(() -> prepare(loop));
        if (own == null) {
            LOG.warn("no UDP port of {} to {} is free: this peer has TCP only", config.portRangeStart(), config.portRangeEnd());
            return new Lease(tcp, () -> {});
        }
        for (UdpSocket socket : own) loop.add(socket.current());
        return new Lease(endpoints(own), () -> close(loop, own));
    }

    /** Of the range where there is one, else wherever one is free: nobody needs to be let in there, the peer itself asks first. */
    private PortLease leasedAlone(NettyLoop loop) throws IOException {
        if (config.forceTcp()) throw new IOException("rtc.force_tcp leaves no UDP ports");
        boolean range = UdpPorts.shared(config.udpPort()).length == 0;
        List<UdpSocket> own = range ? spare.get(loop.index()).poll() : udp.bindAnywhere(loop);
        if (range) Thread.startVirtualThread(() -> prepare(loop));
        if (own == null) throw new IOException("no UDP port of " + config.portRangeStart() + " to " + config.portRangeEnd() + " is free");
        loop.post(() -> {
            for (UdpSocket socket : own) loop.add(socket.current());
        });
        return new Lease(datagrams(own), () -> close(loop, own));
    }

    private static void close(NettyLoop loop, List<UdpSocket> own) {
        List<UdpSocket> now = own.stream().map(UdpSocket::current).toList();
        loop.sockets().removeAll(now);
        for (UdpSocket socket : now) socket.close();
    }

    private List<LocalEndpoint> endpoints(List<UdpSocket> sockets) {
        List<LocalEndpoint> endpoints = new ArrayList<>(datagrams(sockets));
        endpoints.addAll(tcp);
        return List.copyOf(endpoints);
    }

    private List<LocalEndpoint> datagrams(List<UdpSocket> sockets) {
        return sockets.stream().map(socket -> endpoint(Flow.Protocol.UDP, socket.local())).toList();
    }

    private LocalEndpoint endpoint(Flow.Protocol protocol, TransportAddress bound) {
        List<TransportAddress> advertised = said.get(bound.address()).stream().map(address -> TransportAddress.of(address, bound.port())).toList();
        return new LocalEndpoint(protocol, bound, advertised);
    }

    /** Binds a port of the range for a peer to come. Binding waits for the loop, so it never happens on it. */
    private void prepare(NettyLoop loop) {
        int span = config.portRangeEnd() - config.portRangeStart() + 1;
        for (int tries = 0; tries < TRIES_PER_PORT; tries++) {
            int port = config.portRangeStart() + Math.floorMod(nextPort.getAndIncrement() - config.portRangeStart(), span);
            List<UdpSocket> own = udp.bindAll(loop, port);
            if (own == null) continue;
            spare.get(loop.index()).add(own);
            return;
        }
    }

    /**
     * The shell's {@code sockets}: whose sockets carry UDP. With {@code own} or {@code netty}, from now on: descriptors and flows go over on their loops, between
     * two turns, and what arrives meanwhile waits in the kernel.
     */
    public synchronized String sockets(String... words) throws InterruptedException {
        if (words.length == 0) return udp.kind() == Kind.OWN ? OWN : NETTY;
        if (words.length > 1 || !words[0].equals(OWN) && !words[0].equals(NETTY)) throw new IllegalArgumentException("usage: sockets [own | netty]");
        boolean own = words[0].equals(OWN);
        if (own == (udp.kind() == Kind.OWN)) return words[0];
        if (!epoll) throw new IllegalArgumentException("without epoll there are Netty's sockets only");
        String hindrance = own ? LinuxProbe.impossible() : null;
        if (hindrance != null) throw new IllegalArgumentException("sockets of our own: " + hindrance);
        udp = new UdpBinder(own ? Kind.OWN : Kind.EPOLL, udp.addresses());
        List<CompletableFuture<?>> changes = new ArrayList<>();
        for (NettyLoop loop : loops) changes.add(CompletableFuture.supplyAsync(() -> change(loop, own), loop.eventLoop()).thenCompose(all -> all));
        try {
            CompletableFuture.allOf(changes.toArray(CompletableFuture[]::new)).get(SWAP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("not all sockets have gone over", e);
        }
        LOG.info("media by {}", name());
        return words[0];
    }

    /** On the loop. */
    private CompletableFuture<Void> change(NettyLoop loop, boolean own) {
        List<UdpSocket> all = new ArrayList<>(loop.sockets());
        for (List<UdpSocket> unused : spare.get(loop.index())) for (UdpSocket socket : unused) all.add(socket.current());
        return CompletableFuture.allOf(all.stream()
                .filter(socket -> own != socket instanceof LinuxUdpSocket)
                .map(socket -> socket.giveTo(descriptor -> own
                        ? new LinuxUdpSocket(loop, socket.flows, socket.local(), descriptor)
                        : NettyUdpSocket.over(loop, socket.flows, socket.local(), descriptor)))
                .toArray(CompletableFuture[]::new));
    }

    @Override
    public String name() {
        return udp.kind().label;
    }

    @Override
    public int loops() {
        return loops.size();
    }

    @Override
    public synchronized Attachment attach(IntFunction<LoopHandler> handlers) {
        if (attached) throw new IllegalStateException("somebody is attached");
        attached = true;
        return new LoopAttachment(loops, handlers, this::ended);
    }

    /** Whoever wants to attach meanwhile waits. */
    private synchronized void ended(Runnable detach) {
        detach.run();
        attached = false;
    }

    @Override
    public PacketIo rehearsal() throws IOException {
        return new LoopbackIo(udp.kind());
    }

    @Deactivate
    void close() {
        // A change of configuration activates a successor at once, which binds the same ports: they must be free on return.
        for (Channel acceptor : acceptors) acceptor.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        for (NettyLoop loop : loops) loop.eventLoop().submit(loop::closeSockets).awaitUninterruptibly(1, TimeUnit.SECONDS);
        for (var unused : spare) for (List<UdpSocket> own : unused) for (UdpSocket socket : own) socket.current().close();
        NettyLoop.end(loops);
    }
}
