package io.stoa.media;

import org.osgi.annotation.versioning.ConsumerType;

/** What a peer tells its owner. Called on the media loop, in order: hand on and return, never block, never throw. Who does not care lets pass. */
@ConsumerType
public interface PeerListener {
    /**
     * A local candidate, after the first description was made.
     *
     * @param candidate {@code candidate:…} line; empty with {@code last} = true when there are no more
     * @param mid section it belongs to (the first of the bundle)
     */
    default void candidate(String candidate, String mid, int mlineIndex, boolean last) {}

    default void stateChanged(PeerState state, String reason) {}

    /** Packets take this way from now on; said before {@link PeerState#CONNECTED}, and again when it changes. */
    default void path(PeerPath path) {}

    default void laneOpen(DataLane lane) {}

    /** A message of the client. The array is the receiver's to keep. */
    default void data(DataLane lane, byte[] message) {}

    /**
     * An announced track was found in a description, in one of its codecs; in the first one, it can be subscribed to. Again when its layers
     * or codecs become better known.
     */
    default void published(PublishedTrack track) {}

    /** The client's description no longer sends the track. */
    default void unpublished(String trackSid) {}

    /** The first packet of a published track arrived. */
    default void firstPacket(String trackSid) {}

    /** SINGLE: the client must offer that many more receiving sections before all subscriptions have a place. */
    default void sectionsRequired(int audios, int videos) {}

    /** SUBSCRIBER: subscriptions have changed; ask for an offer when none is outstanding. */
    default void offerNeeded() {}

    default void subscription(String trackSid, SubscriptionEvent event, String detail) {}

    /** In which codec of a subscribed track, by its rank, the client gets it as soon as it is sent; before it is bound, and whenever that changes. */
    default void codecTaken(String trackSid, int rank) {}

    enum SubscriptionEvent {
        /** Negotiated with the client: packets flow as they come. */
        BOUND,
        /** The client cannot decode any codec of the track. */
        CODEC_UNSUPPORTED,
        /** The track does not exist (any more). */
        NOT_FOUND,
        /** The publisher ended it. */
        ENDED,
        /** There is no bandwidth for it ({@link DownstreamSettings#mayPause}). */
        PAUSED,
        /** There is again. */
        RESUMED
    }
}
