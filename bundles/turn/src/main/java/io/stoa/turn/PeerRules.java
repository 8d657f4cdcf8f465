package io.stoa.turn;

import io.stoa.base.TransportAddress;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * To which peers is relayed. What only exists behind this machine (loopback, private networks, its own link) or is no single machine
 * (multicast, unspecified, reserved) is not, unless it is allowed; what is denied is not in any case (spec 6.12).
 */
public final class PeerRules {
    /** IPv4 within IPv6 (NAT64, RFC 6052; 6to4, RFC 3056): what counts is where it leads. */
    private static final AddressBlock NAT64 = AddressBlock.of("64:ff9b::/96");
    private static final AddressBlock SIX_TO_FOUR = AddressBlock.of("2002::/16");
    private static final List<AddressBlock> RESTRICTED = blocks(List.of(
            "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"));

    private final List<AddressBlock> allowed;
    private final List<AddressBlock> denied;

    /**
     * @param allowRestricted blocks such as {@code 10.0.0.0/8}
     * @throws IllegalArgumentException if one is none
     */
    public PeerRules(Collection<String> allowRestricted, Collection<String> deny) {
        allowed = blocks(allowRestricted);
        denied = blocks(deny);
    }

    private static List<AddressBlock> blocks(Collection<String> texts) {
        return texts.stream().map(AddressBlock::of).toList();
    }

    public boolean allow(TransportAddress peer) {
        TransportAddress real = embedded(peer);
        return permitted(peer) && (real.equals(peer) || permitted(real));
    }

    private boolean permitted(TransportAddress peer) {
        return !any(denied, peer) && (!any(RESTRICTED, peer) || any(allowed, peer));
    }

    private static TransportAddress embedded(TransportAddress peer) {
        long ipv4 = NAT64.contains(peer) ? peer.low() : SIX_TO_FOUR.contains(peer) ? peer.high() >> 16 : -1;
        return ipv4 == -1 ? peer : new TransportAddress(0, 0xffffL << 32 | ipv4 & 0xffff_ffffL, peer.port());
    }

    private static boolean any(List<AddressBlock> blocks, TransportAddress address) {
        for (AddressBlock block : blocks) if (block.contains(address)) return true;
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerRules rules && rules.allowed.equals(allowed) && rules.denied.equals(denied);
    }

    @Override
    public int hashCode() {
        return Objects.hash(allowed, denied);
    }
}
