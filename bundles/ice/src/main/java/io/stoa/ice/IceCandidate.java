package io.stoa.ice;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.util.Locale;

/**
 * A candidate (RFC 8839 section 5.1).
 *
 * @param type {@code host}, {@code srflx}, {@code prflx} or {@code relay}
 * @param tcpType {@code active}, {@code passive}, {@code so}; empty for UDP
 * @param ufrag of the generation it belongs to, empty if not said
 */
public record IceCandidate(
        String foundation, Flow.Protocol protocol, long priority, TransportAddress address, String type, String tcpType, String ufrag) {

    /** Host candidate of ours. */
    public static IceCandidate host(Flow.Protocol protocol, TransportAddress address, int order, String ufrag) {
        String foundation = Integer.toUnsignedString((protocol + address.host()).hashCode());
        return new IceCandidate(
                foundation, protocol, hostPriority(protocol, order), address, "host", protocol == Flow.Protocol.TCP ? "passive" : "", ufrag);
    }

    /**
     * RFC 8445 section 5.1.2.1, RFC 6544 section 4.2: UDP above TCP; {@code order} 0 is the best local address.
     */
    static long hostPriority(Flow.Protocol protocol, int order) {
        boolean udp = protocol == Flow.Protocol.UDP;
        long local = udp ? 65_535 - order : (4L << 13) + 8_191 - order;
        return (udp ? 126L : 99L) << 24 | local << 8 | 255;
    }

    /** What a check says that its remote would have as a peer-reflexive candidate. */
    static long peerReflexivePriority(long hostPriority) {
        return 110L << 24 | hostPriority & 0xff_ffff;
    }

    /**
     * @param line {@code candidate:…}, with or without {@code a=}
     * @throws IceException if it is malformed, of another component or transport, or names a host that is no address (mDNS)
     */
    public static IceCandidate parse(String line) throws IceException {
        String text = line.strip();
        if (text.startsWith("a=")) text = text.substring(2);
        if (!text.startsWith("candidate:")) throw new IceException(Drop.ICE_CANDIDATE_MALFORMED, "a candidate begins with 'candidate:'");
        String[] words = text.substring(10).split(" +");
        if (words.length < 8 || !words[6].equals("typ"))
            throw new IceException(Drop.ICE_CANDIDATE_MALFORMED, "a candidate is '<foundation> <component> <transport> <priority> <address> <port> typ <type> …'");
        if (!words[1].equals("1"))
            throw new IceException(Drop.ICE_CANDIDATE_UNUSABLE, "component " + shown(words[1]) + "; only component 1 exists with rtcp-mux");
        Flow.Protocol protocol = switch (words[2].toLowerCase(Locale.ROOT)) {
            case "udp" -> Flow.Protocol.UDP;
            case "tcp" -> Flow.Protocol.TCP;
            default -> throw new IceException(Drop.ICE_CANDIDATE_UNUSABLE, "transport " + shown(words[2]) + "; allowed are udp and tcp");
        };
        if (words[4].toLowerCase(Locale.ROOT).endsWith(".local")) throw new IceException(Drop.ICE_CANDIDATE_MDNS, "mDNS name; only addresses are used");
        String tcpType = "";
        String ufrag = "";
        for (int i = 8; i + 1 < words.length; i += 2) {
            if (words[i].equals("tcptype")) tcpType = words[i + 1];
            if (words[i].equals("ufrag")) ufrag = words[i + 1];
        }
        try {
            TransportAddress address = TransportAddress.of(words[4], Integer.parseInt(words[5]));
            return new IceCandidate(words[0], protocol, Long.parseLong(words[3]) & 0xffff_ffffL, address, words[7], tcpType, ufrag);
        } catch (IllegalArgumentException e) {
            throw new IceException(Drop.ICE_CANDIDATE_MALFORMED, "address, port or priority is not a number: " + shown(String.valueOf(e.getMessage())));
        }
    }

    private static String shown(String text) {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    /** {@code candidate:…} */
    public String toSdp() {
        return "candidate:" + foundation + " 1 " + protocol.name().toLowerCase(Locale.ROOT) + " " + priority + " " + address.host() + " "
                + address.port() + " typ " + type + (tcpType.isEmpty() ? "" : " tcptype " + tcpType) + (ufrag.isEmpty() ? "" : " ufrag " + ufrag);
    }
}
