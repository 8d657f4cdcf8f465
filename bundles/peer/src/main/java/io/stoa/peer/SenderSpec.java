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
 * @param red opus that travels in RED to clients that take it
 */
public record SenderSpec(String trackSid, String streamId, boolean video, List<Codec> codecs, int dependencyDescriptorId, boolean red) {
    public SenderSpec {
        codecs = List.copyOf(codecs);
    }

    /** A track that is to be had in one codec only. */
    public SenderSpec(String trackSid, String streamId, boolean video, Codec codec, int dependencyDescriptorId, boolean red) {
        this(trackSid, streamId, video, List.of(codec), dependencyDescriptorId, red);
    }

    String kind() {
        return video ? "video" : "audio";
    }
}
