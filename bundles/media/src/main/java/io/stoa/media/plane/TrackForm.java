package io.stoa.media.plane;

import io.stoa.peer.Receiver;
import io.stoa.sdp.Codec;

/**
 * What a published track is, as far as its subscribers need to know: a picture of its receiver that every loop may look at.
 *
 * @param mime as negotiated, empty before a codec is known
 * @param codec without redundancy; null before a codec is known
 * @param dependencyDescriptorId of the header extension, 0 if there is none
 * @param captureTimeId the same of the time of capture
 * @param redPayloadType by which the codec comes in RED, -1 if it does not
 * @param red it comes in RED mostly
 * @param encrypted end to end: payloads are opaque
 */
record TrackForm(
        boolean video,
        String mime,
        Codec codec,
        int clockRate,
        boolean simulcast,
        int dependencyDescriptorId,
        int captureTimeId,
        int redPayloadType,
        boolean red,
        boolean encrypted,
        boolean redDisabled) {

    static TrackForm of(Receiver receiver) {
        boolean video = receiver.video();
        Codec sent = receiver.codec();
        return new TrackForm(
                video,
                sent == null ? "" : sent.mime(video ? "video" : "audio"),
                receiver.primary(),
                sent == null ? 0 : sent.clockRate(),
                receiver.simulcast(),
                receiver.dependencyDescriptorId(),
                receiver.captureTimeId(),
                receiver.redPayloadType(),
                sent != null && sent.isRed(),
                receiver.publication().encrypted(),
                receiver.publication().redDisabled());
    }

    boolean opus() {
        return !video && codec != null && codec.is("opus");
    }
}
