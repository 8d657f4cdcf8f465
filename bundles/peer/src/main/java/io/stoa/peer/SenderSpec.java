package io.stoa.peer;

import io.stoa.sdp.Codec;

/**
 * A track that the client shall receive.
 *
 * @param trackSid becomes the msid track id
 * @param streamId becomes the msid stream id and the CNAME
 * @param codec as the publisher negotiated it; of redundant audio what is inside
 * @param dependencyDescriptorId header extension id by which the publisher sends it, 0 if it does not
 * @param captureTimeId the same of the time of capture
 * @param red opus that travels in RED to clients that take it
 * @param bursty frames are few and come in bursts, so that their jitter says nothing of the network
 */
public record SenderSpec(
        String trackSid, String streamId, boolean video, Codec codec, int dependencyDescriptorId, int captureTimeId, boolean red, boolean bursty) {
    /** What comes steadily, and does not say when it was captured. */
    public SenderSpec(String trackSid, String streamId, boolean video, Codec codec, int dependencyDescriptorId, boolean red) {
        this(trackSid, streamId, video, codec, dependencyDescriptorId, 0, red, false);
    }
}
