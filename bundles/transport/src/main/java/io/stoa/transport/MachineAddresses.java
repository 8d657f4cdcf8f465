package io.stoa.transport;

import io.stoa.media.NodeAddresses;
import io.stoa.media.StunServers;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code rtc.*} makes of the addresses of this machine. Comes before {@link NettyPacketIo} binds its ports, because it is from one of
 * them that STUN servers are asked.
 */
@Component(service = NodeAddresses.class, configurationPid = {"io.stoa.server", "io.stoa.rtc"}, configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MachineAddresses implements NodeAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(MachineAddresses.class);
    /** Of a range, which may be in use in part. */
    private static final int PORTS_TO_TRY = 5;

    private final List<NodeAddress> all;
    private final NodeIp node;

    @Activate
    public MachineAddresses(AddressConfig config) throws SocketException {
        this(config, ExternalAddresses.PATIENCE);
    }

    MachineAddresses(AddressConfig config, long patienceNanos) throws SocketException {
        NodeIp said = NodeIp.of(config.nodeIp());
        List<InetAddress> locals = LocalAddresses.find(config);
        if (config.useExternalIp()) {
            ExternalAddresses external = externals(config);
            Map<InetAddress, InetAddress> mapped = external.of(locals, patienceNanos);
            node = node(mapped.values(), locals.stream().map(external.seen()::get).filter(Objects::nonNull).toList(), said);
            all = mapped.isEmpty() ? locals.stream().map(local -> plain(local, node, locals)).toList() : mapped(locals, mapped, config);
            LOG.info("addresses as others see them: {}", all);
        } else {
            node = said;
            all = locals.stream().map(local -> plain(local, node, locals)).toList();
        }
    }

    private static ExternalAddresses externals(AddressConfig config) {
        List<String> servers = config.stunServers().length == 0 ? StunServers.PUBLIC : List.of(config.stunServers());
        return new ExternalAddresses(new StunServerList(servers), ports(config), !config.skipExternalIpValidation());
    }

    private static List<Integer> ports(AddressConfig config) {
        int[] shared = UdpPorts.shared(config.udpPort());
        if (shared.length > 0) return List.of(shared[0]);
        return IntStream.range(0, PORTS_TO_TRY).map(i -> ThreadLocalRandom.current().nextInt(config.portRangeStart(), config.portRangeEnd() + 1)).boxed().toList();
    }

    /** What was found; where that is nothing, {@code rtc.node_ip}, else what a server said although it did not lead back. */
    private static NodeIp node(Collection<InetAddress> mapped, Collection<InetAddress> seen, NodeIp said) {
        NodeIp found = NodeIp.NONE;
        if (!mapped.isEmpty() || said.first().isEmpty()) for (InetAddress external : mapped.isEmpty() ? seen : mapped) found = found.or(external);
        for (boolean four : new boolean[] {true, false}) if (said.of(four).isPresent()) found = found.or(said.of(four).get());
        if (found.first().isEmpty()) LOG.warn("rtc.use_external_ip: nobody has said how this machine is seen from outside; candidates name its own addresses");
        return found;
    }

    static List<NodeAddress> mapped(List<InetAddress> locals, Map<InetAddress, InetAddress> mapped, AddressConfig config) {
        List<NodeAddress> all = new ArrayList<>();
        for (InetAddress local : locals) {
            InetAddress external = mapped.get(local);
            if (external == null && config.externalIpOnly() && LocalAddresses.isIpv4(local)) continue;
            boolean both = external != null && config.advertiseInternalIp() && !external.equals(local);
            all.add(new NodeAddress(local, both ? List.of(external, local) : List.of(external == null ? local : external)));
        }
        return List.copyOf(all);
    }

    /** Loopback addresses stay as they are, unless there are no others. */
    static NodeAddress plain(InetAddress local, NodeIp node, List<InetAddress> locals) {
        boolean four = LocalAddresses.isIpv4(local);
        boolean routable = locals.stream().anyMatch(other -> !other.isLoopbackAddress() && LocalAddresses.isIpv4(other) == four);
        InetAddress said = local.isLoopbackAddress() && routable ? local : node.of(four).orElse(local);
        return new NodeAddress(local, List.of(said));
    }

    /** What it depends on takes a restart; other STUN servers that clients are to ask change nothing here. */
    @Modified
    void modified(AddressConfig changed) {}

    @Override
    public List<NodeAddress> all() {
        return all;
    }

    @Override
    public InetAddress primary() {
        return node.first().orElseGet(() -> all.getFirst().said().getFirst());
    }

    @Override
    public Optional<InetAddress> primary(boolean ipv4) {
        return node.of(ipv4).or(() -> all.stream().map(address -> address.said().getFirst()).filter(said -> LocalAddresses.isIpv4(said) == ipv4).findFirst());
    }
}
