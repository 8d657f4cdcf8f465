package io.stoa.service.sip;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a call may come from (spec 9.4): an IP address, a network ({@code 192.0.2.0/24}), or the host that the caller's URI names. Entries
 * that can be none of these are passed over; if nothing else is listed, everything may.
 */
final class SourceAddresses {
    private static final Pattern NEVER_AN_ADDRESS = Pattern.compile("[()+*;, \\t\\n\\r]|://");
    private static final Pattern IP = Pattern.compile("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    private SourceAddresses() {}

    /** Without asking a name server. */
    static Optional<InetAddress> ip(String text) {
        if (!IP.matcher(text).matches()) return Optional.empty();
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * @param source IP address of the peer; what is no address passes
     * @param host of the caller's URI
     */
    static boolean allow(List<String> listed, String source, String host) {
        Optional<InetAddress> ip = ip(source);
        List<String> usable = listed.stream().filter(one -> !NEVER_AN_ADDRESS.matcher(one).find()).toList();
        return ip.isEmpty() || usable.isEmpty() || usable.stream().anyMatch(one -> one.equals(host) || isIn(ip.get(), one));
    }

    private static boolean isIn(InetAddress ip, String network) {
        int slash = network.indexOf('/');
        Optional<InetAddress> base = ip(slash < 0 ? network : network.substring(0, slash));
        if (base.isEmpty()) return false;
        byte[] mine = ip.getAddress();
        byte[] its = base.get().getAddress();
        if (mine.length != its.length) return false;
        String length = slash < 0 ? "" : network.substring(slash + 1);
        if (slash >= 0 && !length.matches("[0-9]{1,3}")) return false;
        int bits = slash < 0 ? 8 * mine.length : Integer.parseInt(length);
        if (bits > 8 * mine.length) return false;
        for (int bit = 0; bit < bits; bit++)
            if (((mine[bit >> 3] ^ its[bit >> 3]) & 0x80 >> (bit & 7)) != 0) return false;
        return true;
    }
}
