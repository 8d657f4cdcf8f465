package io.stoa.media;

import io.stoa.protocol.handover.ConnectionState;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * All media of this node, as the control side sees it: peers (one per WebRTC connection), the tracks published on them and the tracks
 * subscribed to. Any thread may call.
 */
@ProviderType
public interface MediaPlane {
    /** For a client that has had no connection before. */
    default MediaPeer open(PeerSpec spec, PeerListener listener) {
        return open(spec, listener, ConnectionState.getDefaultInstance());
    }

    /**
     * Makes a peer on the home loop of its room. It is ready to negotiate when this returns.
     *
     * @param before what the client knows of a connection that it has had with another media plane and keeps, as
     *     {@link MediaPeer#describe} says: descriptions have the sections of before, tracks that are subscribed to again before the first
     *     of them come in the sections in which they came, and data channels need not be opened again. The client must restart ICE, and
     *     DTLS with it, because keys are others
     * @throws IllegalStateException if the plane is going away, or has no ports for a {@linkplain PeerSpec#bridge bridge}; its
     *     message is fit for a user
     */
    MediaPeer open(PeerSpec spec, PeerListener listener, ConnectionState before);

    /**
     * Gives a {@linkplain MediaPeer#park parked} peer a new owner. The listener is first told what has happened meanwhile, in its order.
     *
     * @return empty if there is no such peer (any more)
     */
    Optional<MediaPeer> adopt(String key, PeerListener listener);

    /** Sums over all loops; cheap enough for a scrape. */
    PlaneStats stats();

    /**
     * @param packetsIn RTP packets accepted
     * @param packetsOut RTP packets sent, retransmissions included
     * @param drops by name of {@link io.stoa.base.Drop}
     * @param engine name of the forwarding engine in charge, empty while there is none
     * @param longestSwapGapNanos longest time that any subscription went without an engine in the last swap
     */
    record PlaneStats(
            int peers,
            int publishedTracks,
            int subscribedTracks,
            long packetsIn,
            long packetsOut,
            long bytesIn,
            long bytesOut,
            Map<String, Long> drops,
            String packetIo,
            String srtpEngine,
            String engine,
            long longestSwapGapNanos) {}
}
