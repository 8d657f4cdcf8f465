package io.stoa.media;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The addresses of this machine that media uses, as {@code rtc.interfaces} and {@code rtc.ips} choose them, and those by which others
 * reach it ({@code rtc.node_ip}, {@code rtc.use_external_ip}). They stay the same for as long as the service is there.
 */
@ProviderType
public interface NodeAddresses {
    /** Sockets of media are bound to these; best first: IPv4 before IPv6, others before loopback. Never empty. */
    List<NodeAddress> all();

    /** By which this node is known to others. */
    InetAddress primary();

    /** By which it is known in that family; absent if this machine has no address of it. */
    Optional<InetAddress> primary(boolean ipv4);

    /**
     * @param local without a scope
     * @param said what candidates name in its place, best first: at least one
     */
    record NodeAddress(InetAddress local, List<InetAddress> said) {}
}
