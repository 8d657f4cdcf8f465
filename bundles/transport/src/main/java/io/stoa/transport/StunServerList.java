package io.stoa.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** STUN servers by name, and at which addresses they are as far as name servers have answered. */
final class StunServerList {
    private static final Logger LOG = LoggerFactory.getLogger(StunServerList.class);
    private static final int PORT = 3_478;

    private record Name(String host, int port) {}

    private final List<Name> names = new ArrayList<>();
    private final List<InetSocketAddress> resolved = new CopyOnWriteArrayList<>();

    /** @param servers {@code host:port}, or a host with the port of STUN */
    StunServerList(List<String> servers) {
        for (String server : servers) names.add(name(server.strip()));
    }

    private static Name name(String server) {
        int colon = server.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (server.indexOf(':') == colon || server.charAt(colon - 1) == ']');
        String host = hasPort ? server.substring(0, colon) : server;
        String port = hasPort ? server.substring(colon + 1) : String.valueOf(PORT);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535)
            throw new IllegalArgumentException("rtc.stun_servers has '" + server + "', allowed is host:port, the port from 1 to 65535");
        return new Name(host, Integer.parseInt(port));
    }

    /** Every name on a thread of its own. */
    void resolve(Executor threads) {
        for (Name name : names) threads.execute(() -> resolve(name));
    }

    private void resolve(Name name) {
        try {
            InetAddress[] all = InetAddress.getAllByName(name.host);
            for (boolean four : new boolean[] {true, false})
                for (InetAddress address : all) {
                    if (LocalAddresses.isIpv4(address) != four) continue;
                    resolved.add(new InetSocketAddress(address, name.port));
                    break;
                }
        } catch (UnknownHostException e) {
            LOG.info("the STUN server {} is not known: {}", name.host, e.getMessage());
        }
    }

    List<InetSocketAddress> resolved(boolean four) {
        return resolved.stream().filter(server -> LocalAddresses.isIpv4(server.getAddress()) == four).toList();
    }
}
