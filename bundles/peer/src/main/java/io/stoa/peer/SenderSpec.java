package io.stoa.peer;

import io.stoa.sdp.Codec;
import java.util.List;

/**
 * A track that the client shall receive.
 *
 * @param trackSid becomes the msid track id
 * @param streamId becomes the msid stream id and the CNAME
 * @param codecs in which it can be had, by rank: the client gets the first one that it takes; as the publisher negotiated them or is expected
 *     to, of redundant audio what is inside
 * @param dependencyDescriptorId header extension id by which the publisher sends it, 0 if it does not
 * @param captureTimeId the same of the time of capture
 * @param red opus that travels in RED to clients that take it
 * @param bursty frames are few and come in bursts, so that their jitter says nothing of the network
 */
public record SenderSpec(
        String trackSid, String streamId, boolean video, List<Codec> codecs, int dependencyDescriptorId, int captureTimeId, boolean red, boolean bursty) {
    public SenderSpec {
        codecs = List.copyOf(codecs);
    }

    /** What comes steadily in one codec only, and does not say when it was captured. */
    public SenderSpec(String trackSid, String streamId, boolean video, Codec codec, int dependencyDescriptorId, boolean red) {
        this(trackSid, streamId, video, List.of(codec), dependencyDescriptorId, 0, red, false);
    }

    String kind() {
        return video ? "video" : "audio";
    }
}
