package io.stoa.transport;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.PacketLoop.LocalEndpoint;
import java.net.InetAddress;
import java.util.Collection;

/**
 * What candidates say instead of this machine's own addresses, where {@code rtc.node_ip} names others (spec 6.12): behind a NAT or in a
 * container, ports are the same but addresses are not. Loopback addresses stay as they are, unless there are no others.
 */
final class NodeAddresses {
    private final InetAddress ipv4;
    private final InetAddress ipv6;
    private final Collection<InetAddress> local;

    private NodeAddresses(InetAddress ipv4, InetAddress ipv6, Collection<InetAddress> local) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.local = local;
    }

    /**
     * @param nodeIp empty, an address, or an IPv4 and an IPv6 address with a comma between them
     * @param local all addresses that sockets are bound to
     */
    static NodeAddresses of(String nodeIp, Collection<InetAddress> local) {
        InetAddress ipv4 = null;
        InetAddress ipv6 = null;
        for (String part : nodeIp.isBlank() ? new String[0] : nodeIp.split(",", -1)) {
            InetAddress address = literal(part.strip(), nodeIp);
            boolean four = address.getAddress().length == 4;
            if ((four ? ipv4 : ipv6) != null) throw wrong(nodeIp, null);
            if (four) ipv4 = address;
            else ipv6 = address;
        }
        return new NodeAddresses(ipv4, ipv6, local);
    }

    private static InetAddress literal(String text, String nodeIp) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw wrong(nodeIp, e);
        }
    }

    private static IllegalArgumentException wrong(String nodeIp, Throwable cause) {
        return new IllegalArgumentException("rtc.node_ip is '" + nodeIp + "', allowed are an address, and an IPv4 and an IPv6 address with a comma between them", cause);
    }

    LocalEndpoint endpoint(Flow.Protocol protocol, TransportAddress bound) {
        InetAddress said = bound.isIpv4() ? ipv4 : ipv6;
        if (said == null || bound.isLoopback() && hasRoutable(bound.isIpv4())) return new LocalEndpoint(protocol, bound);
        return new LocalEndpoint(protocol, bound, TransportAddress.of(said, bound.port()));
    }

    private boolean hasRoutable(boolean four) {
        return local.stream().anyMatch(address -> !address.isLoopbackAddress() && address.getAddress().length == 4 == four);
    }
}
