package io.stoa.media.plane;

import io.stoa.peer.Receiver;
import io.stoa.sdp.Codec;
import java.util.ArrayList;
import java.util.List;

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
 * @param backups what its other codecs will most likely be, by rank, beginning with 1
 * @param served the rank of the only codec in which it is to be had; 0: subscribers get the first one that they take
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
        boolean redDisabled,
        List<Codec> backups,
        int served) {

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
                receiver.publication().redDisabled(),
                receiver.backups(),
                0);
    }

    TrackForm servedIn(int rank) {
        return new TrackForm(
                video, mime, codec, clockRate, simulcast, dependencyDescriptorId, captureTimeId, redPayloadType, red, encrypted, redDisabled, backups, rank);
    }

    /** By rank. */
    List<Codec> codecs() {
        List<Codec> codecs = new ArrayList<>(1 + backups.size());
        codecs.add(codec);
        codecs.addAll(backups);
        return codecs;
    }

    boolean opus() {
        return !video && codec != null && codec.is("opus");
    }
}
