package io.stoa.media;

/**
 * A subscription.
 *
 * @param trackSid of the publishing peer; becomes the msid track id that the client sees
 * @param streamId msid stream id, {@code <publisher sid>|<track sid>} (spec 5.8), or what tracks share that are played in step (spec 6.13)
 * @param preference what the subscriber wants at first
 * @param bursty frames are few and come in bursts, as those of a screen: their jitter says nothing of the network
 * @param trailer by which the client knows what the server puts between the frames of an encrypted track: it ends them
 */
public record SubscriptionSpec(String trackSid, String streamId, TrackPreference preference, boolean bursty, byte[] trailer) {
    /** In a room where nothing is encrypted. */
    public SubscriptionSpec(String trackSid, String streamId, TrackPreference preference, boolean bursty) {
        this(trackSid, streamId, preference, bursty, new byte[0]);
    }

    /** What comes steadily. */
    public SubscriptionSpec(String trackSid, String streamId, TrackPreference preference) {
        this(trackSid, streamId, preference, false);
    }
}
