package io.stoa.media;

import java.util.List;

/**
 * What a peer is made for.
 *
 * @param roomSid decides the home loop
 * @param participantSid of its owner; also the first half of the stream ids that others see ({@code PA_…|TR_…})
 * @param identity for logs and the console
 * @param role which side offers, and which way media goes
 * @param enabledCodecs mime types (lower case) and optional fmtp lines that the room allows, in order of preference
 * @param firefox the client is Firefox (no audio RED, codec order quirks of spec 4.3)
 * @param red the client can take audio/red
 * @param tcpOnly ICE goes over TCP alone, if there is a port for it
 * @param iceLite the client alone looks for the path and chooses it
 * @param changesCodec a stream may go on in another codec of its section; else the other one comes in a new section
 * @param tracksByPackets the client knows of a track once a packet of it has come; else by the description
 * @param playout how the client is to play what it receives
 * @param bridge the other side is a node, which passes on what it gets: it has all layers within a stream up to those that are wanted. What comes
 *     from its ports belongs to no other connection only if ours are this one's alone
 */
public record PeerSpec(
        String roomSid,
        String participantSid,
        String identity,
        Role role,
        List<EnabledCodec> enabledCodecs,
        boolean firefox,
        boolean red,
        boolean tcpOnly,
        boolean iceLite,
        boolean changesCodec,
        boolean tracksByPackets,
        Playout playout,
        boolean bridge) {
    /** Of a client. */
    public PeerSpec(
            String roomSid,
            String participantSid,
            String identity,
            Role role,
            List<EnabledCodec> enabledCodecs,
            boolean firefox,
            boolean red,
            boolean tcpOnly,
            boolean iceLite,
            boolean changesCodec,
            boolean tracksByPackets,
            Playout playout) {
        this(roomSid, participantSid, identity, role, enabledCodecs, firefox, red, tcpOnly, iceLite, changesCodec, tracksByPackets, playout, false);
    }

    /** Of the side that offers and sends, of a connection to another node, which publishes what comes in a section in one codec. */
    public static PeerSpec toNode(String roomSid, String participantSid, String identity, List<EnabledCodec> enabledCodecs) {
        return new PeerSpec(roomSid, participantSid, identity, Role.SUBSCRIBER, enabledCodecs, false, true, false, false, false, false, Playout.AS_IT_COMES, true);
    }

    /** Of the side that answers and receives. */
    public static PeerSpec fromNode(String roomSid, String participantSid, String identity, List<EnabledCodec> enabledCodecs) {
        return new PeerSpec(roomSid, participantSid, identity, Role.PUBLISHER, enabledCodecs, false, true, false);
    }

    /** Of a full ICE agent; plays as it comes, and may go on in another codec. */
    public PeerSpec(
            String roomSid, String participantSid, String identity, Role role, List<EnabledCodec> enabledCodecs, boolean firefox, boolean red, boolean tcpOnly) {
        this(roomSid, participantSid, identity, role, enabledCodecs, firefox, red, tcpOnly, false, true, false, Playout.AS_IT_COMES);
    }

    public enum Role {
        /** The client offers and sends ({@code /rtc}, publisher connection). */
        PUBLISHER,
        /** The server offers and sends ({@code /rtc}, subscriber connection). */
        SUBSCRIBER,
        /** The client offers, both send ({@code /rtc/v1}). */
        SINGLE
    }

    /** @param fmtpLine empty = any */
    public record EnabledCodec(String mime, String fmtpLine) {}

    /**
     * Spec 6.13.
     *
     * @param delayed the client is asked to play video later than it could: by at least {@code minMillis}, more where jitter asks for it,
     *     at most {@code maxMillis}
     * @param together tracks that share a stream id are kept in step, for which every track has a media section that no other one has had
     */
    public record Playout(boolean delayed, int minMillis, int maxMillis, boolean together) {
        public static final Playout AS_IT_COMES = new Playout(false, 0, 0, false);
        /** The longest delay that can be told. */
        public static final int LONGEST_MILLIS = 40_950;
        /** What clients take for the longest where nothing is said. */
        private static final int DEFAULT_LONGEST_MILLIS = 10_000;

        public Playout {
            if (minMillis < 0 || maxMillis < minMillis || maxMillis > LONGEST_MILLIS)
                throw new IllegalArgumentException("playout delay " + minMillis + " to " + maxMillis + " ms; 0 to " + LONGEST_MILLIS + " is possible");
        }

        /** Limits as a room has them: too long ones are as long as possible, a longest of 0 beside a shortest is none. */
        public static Playout delayed(long minMillis, long maxMillis, boolean together) {
            long longest = Math.min(LONGEST_MILLIS, maxMillis == 0 && minMillis > 0 ? DEFAULT_LONGEST_MILLIS : maxMillis);
            return new Playout(true, (int) Math.min(minMillis, longest), (int) longest, together);
        }
    }
}
