package io.stoa.turn.server;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** How clients and peers reach this machine, per family: what {@code rtc.node_ip} says, or its own first address that is routed. */
final class NodeAddresses {
    private NodeAddresses() {}

    static Optional<InetAddress> find(String nodeIp, boolean four) {
        Optional<InetAddress> said = Arrays.stream(nodeIp.split(",")).map(String::strip).filter(text -> !text.isEmpty())
                .map(InetAddress::ofLiteral).filter(address -> isIpv4(address) == four).findFirst();
        if (said.isPresent()) return said;
        return all().filter(address -> isIpv4(address) == four && !address.isLoopbackAddress() && !address.isLinkLocalAddress()).findFirst()
                .or(() -> all().filter(address -> isIpv4(address) == four && address.isLoopbackAddress()).findFirst());
    }

    static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    private static Stream<InetAddress> all() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).map(NodeAddresses::withoutScope);
        } catch (SocketException e) {
            throw new IllegalStateException("the addresses of this machine cannot be read", e);
        }
    }

    private static InetAddress withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        return InetAddress.ofLiteral(text.indexOf('%') < 0 ? text : text.substring(0, text.indexOf('%')));
    }
}
