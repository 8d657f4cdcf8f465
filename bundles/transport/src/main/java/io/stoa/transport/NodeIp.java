package io.stoa.transport;

import java.net.InetAddress;
import java.util.Optional;

/**
 * {@code rtc.node_ip}: how others see this machine, where that is not by its own addresses: behind a NAT or in a container, ports are the
 * same but addresses are not.
 */
record NodeIp(Optional<InetAddress> ipv4, Optional<InetAddress> ipv6, Optional<InetAddress> first) {
    static final NodeIp NONE = new NodeIp(Optional.empty(), Optional.empty(), Optional.empty());

    /** @param text empty, an address, or an IPv4 and an IPv6 address with a comma between them */
    static NodeIp of(String text) {
        NodeIp all = NONE;
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            InetAddress address = literal(part.strip(), text);
            if (all.of(LocalAddresses.isIpv4(address)).isPresent()) throw wrong(text, null);
            all = all.or(address);
        }
        return all;
    }

    /** With that one where there is none of its family. */
    NodeIp or(InetAddress address) {
        Optional<InetAddress> some = Optional.of(address);
        boolean four = LocalAddresses.isIpv4(address);
        return of(four).isPresent() ? this : new NodeIp(four ? some : ipv4, four ? ipv6 : some, first.or(() -> some));
    }

    Optional<InetAddress> of(boolean four) {
        return four ? ipv4 : ipv6;
    }

    private static InetAddress literal(String part, String text) {
        try {
            return InetAddress.ofLiteral(part);
        } catch (IllegalArgumentException e) {
            throw wrong(text, e);
        }
    }

    private static IllegalArgumentException wrong(String text, Throwable cause) {
        return new IllegalArgumentException("rtc.node_ip is '" + text + "', allowed are an address, and an IPv4 and an IPv6 address with a comma between them", cause);
    }
}
