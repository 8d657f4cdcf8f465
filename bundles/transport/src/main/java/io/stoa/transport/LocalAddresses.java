package io.stoa.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The addresses of this machine that media may use. */
final class LocalAddresses {
    private LocalAddresses() {}

    /** IPv4 before IPv6, others before loopback; loopback only if it is asked for or nothing else exists. */
    static List<InetAddress> find(AddressConfig config) throws SocketException {
        List<InetAddress> routable = new ArrayList<>();
        List<InetAddress> loopback = new ArrayList<>();
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (!network.isUp() || !passes(network.getName(), config.interfaces_includes(), config.interfaces_excludes())) continue;
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                if (address.isLinkLocalAddress() || address.isMulticastAddress() || !passes(address, config)) continue;
                (address.isLoopbackAddress() ? loopback : routable).add(withoutScope(address));
            }
        }
        if (config.enableLoopbackCandidate() || routable.isEmpty()) routable.addAll(loopback);
        if (routable.isEmpty()) throw new IllegalArgumentException("rtc.interfaces and rtc.ips leave none of this machine's addresses");
        routable.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        return routable;
    }

    private static int rank(InetAddress address) {
        return (address.isLoopbackAddress() ? 2 : 0) + (isIpv4(address) ? 0 : 1);
    }

    static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /** Of link-local addresses, which are passed over, a scope would be a part. */
    private static InetAddress withoutScope(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 are legal lengths", e);
        }
    }

    private static boolean passes(String name, String[] includes, String[] excludes) {
        if (includes.length > 0) return List.of(includes).contains(name);
        return !List.of(excludes).contains(name);
    }

    private static boolean passes(InetAddress address, AddressConfig config) {
        if (config.ips_includes().length > 0) return inAny(address, config.ips_includes());
        return !inAny(address, config.ips_excludes());
    }

    private static boolean inAny(InetAddress address, String[] blocks) {
        for (String block : blocks) if (in(address, block)) return true;
        return false;
    }

    static boolean in(InetAddress address, String block) {
        int slash = block.indexOf('/');
        byte[] base = InetAddress.ofLiteral(slash < 0 ? block : block.substring(0, slash)).getAddress();
        byte[] own = address.getAddress();
        int bits = slash < 0 ? base.length * 8 : Integer.parseInt(block.substring(slash + 1));
        if (base.length != own.length || bits > base.length * 8) return false;
        for (int i = 0; i < bits; i++) if ((base[i / 8] >> 7 - i % 8 & 1) != (own[i / 8] >> 7 - i % 8 & 1)) return false;
        return true;
    }
}
