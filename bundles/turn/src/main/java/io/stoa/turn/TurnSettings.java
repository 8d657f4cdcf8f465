package io.stoa.turn;

import io.stoa.base.TransportAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What an operator decides.
 *
 * @param relays where relay ports are bound and what is said about them: at most one per family
 * @param firstPort of the range of relay ports
 * @param lastPort the last that is used
 * @param quota allocations per user; 0 or less is no limit
 */
public record TurnSettings(String realm, List<RelayAddress> relays, int firstPort, int lastPort, int quota, PeerRules rules) {
    public TurnSettings {
        relays = List.copyOf(relays);
        if (firstPort < 1 || lastPort > 65_535 || lastPort < firstPort)
            throw new IllegalArgumentException("turn.relay_range_start is " + firstPort + ", turn.relay_range_end is " + lastPort
                    + "; allowed are ports from 1 to 65535, the end not below the start");
        if (relays.isEmpty()) throw new IllegalArgumentException("no address to relay from");
    }

    /**
     * @param bind may be the wildcard
     * @param said what clients and peers are told
     */
    public record RelayAddress(InetAddress bind, InetAddress said) {
        public RelayAddress {
            if (bind.getAddress().length != said.getAddress().length) throw new IllegalArgumentException(bind + " and " + said + " are of two families");
        }

        int family() {
            return said.getAddress().length == 4 ? Turn.FAMILY_IPV4 : Turn.FAMILY_IPV6;
        }
    }

    Optional<RelayAddress> relay(int family) {
        return relays.stream().filter(relay -> relay.family() == family).findFirst();
    }

    static int family(TransportAddress address) {
        return address.isIpv4() ? Turn.FAMILY_IPV4 : Turn.FAMILY_IPV6;
    }
}
