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
 * @param changesCodec a stream may go on in another codec of its section; else the other one comes in a new section
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
        boolean changesCodec) {
    public PeerSpec(
            String roomSid, String participantSid, String identity, Role role, List<EnabledCodec> enabledCodecs, boolean firefox, boolean red, boolean tcpOnly) {
        this(roomSid, participantSid, identity, role, enabledCodecs, firefox, red, tcpOnly, true);
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
}
