package io.stoa.turn;

import io.stoa.base.TransportAddress;
import java.net.InetAddress;

/**
 * Addresses that begin with the same bits (CIDR). IPv4 is held as in {@link TransportAddress}.
 *
 * @param bits of 128
 */
record AddressBlock(long high, long low, int bits) {
    /** @throws IllegalArgumentException if this is no block; says what is allowed */
    static AddressBlock of(String text) {
        int slash = text.indexOf('/');
        try {
            InetAddress base = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int width = base.getAddress().length * 8;
            int bits = slash < 0 ? width : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > width) throw new NumberFormatException();
            TransportAddress address = TransportAddress.of(base, 0);
            return new AddressBlock(address.high(), address.low(), 128 - width + bits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no block of addresses; allowed: such as 10.0.0.0/8 or fc00::/7", e);
        }
    }

    boolean contains(TransportAddress address) {
        long upper = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << 64 - bits;
        long lower = bits <= 64 ? 0 : -1L << 128 - bits;
        return ((address.high() ^ high) & upper) == 0 && ((address.low() ^ low) & lower) == 0;
    }
}
