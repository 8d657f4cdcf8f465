package io.stoa.media;

/**
 * A subscription.
 *
 * @param trackSid of the publishing peer; becomes the msid track id that the client sees
 * @param streamId msid stream id, {@code <publisher sid>|<track sid>} (spec 5.8)
 * @param preference what the subscriber wants at first
 */
public record SubscriptionSpec(String trackSid, String streamId, TrackPreference preference) {}
