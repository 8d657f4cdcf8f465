package io.stoa.room;

import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ParticipantInfo;
import java.util.List;
import java.util.Set;

/**
 * A participant as operators see it.
 *
 * @param info as others see it; the tracks that it publishes are in there
 * @param client which SDK, version and device it says it is
 * @param signalled whether its signalling connection is open
 * @param connections its media connections: one, or one per direction
 * @param receives sids of the tracks that it is subscribed to
 */
public record ParticipantReport(ParticipantInfo info, ClientInfo client, boolean signalled, List<Connection> connections, Set<String> receives) {
    /**
     * @param role {@code PUBLISHER}, {@code SUBSCRIBER} or, for both, {@code SINGLE}
     * @param state of the W3C's RTCPeerConnectionState, or why it is not known
     * @param path protocol and addresses that packets take, empty while there are none
     * @param roundTripMillis 0 if unknown
     */
    public record Connection(String role, String state, String path, double roundTripMillis) {}
}
