package io.stoa.media;

import io.stoa.protocol.livekit.RTPForwarderState;

/**
 * The state of a forwarder as a value. The numbers travel in LiveKit's own message, so that one mechanism serves the swap of the
 * engine, the move of a participant to another node, and a debug dump.
 *
 * @param currentLayer the layer being forwarded, -1 if none
 * @param maxSpatial the subscriber's wish
 * @param maxTemporal the subscriber's wish
 * @param lastLayerTimestamp 32-bit RTP timestamp of the current layer that was last translated, as it arrived
 * @param lastLayerIndex extended sequence number of the current layer that was last translated, as it arrived; -1 if none
 * @param firstLayerIndex from here to {@code lastLayerIndex} every packet that went on kept its distance in number; packets from before,
 *     should they still come, have no number that could be told
 * @param epoch {@link PacketMeta#epoch} of the current layer
 * @param lastDescriptor payload descriptor of the newest packet that was looked at, as it arrived, packed as in {@link PacketMeta#descriptor}
 * @param decodeTarget of a scalable stream, the one being forwarded; -1 if none
 * @param munger first and last numbers sent, VP8 picture ids, sender reports per layer; as {@code pre_start_time} when the packet of the last
 *     timestamp arrived
 */
public record ForwarderState(
        int currentLayer,
        int maxSpatial,
        int maxTemporal,
        int lastLayerTimestamp,
        long lastLayerIndex,
        long firstLayerIndex,
        int epoch,
        long lastDescriptor,
        int decodeTarget,
        RTPForwarderState munger) {
    /** The numbering goes on, but not in step with what came before: what comes next is another beginning of the same source. */
    public ForwarderState outOfStep() {
        return new ForwarderState(
                currentLayer, maxSpatial, maxTemporal, lastLayerTimestamp, -1, -1, epoch, lastDescriptor, decodeTarget, munger);
    }

    /**
     * Packets of nobody's have been sent on with the numbers of this, the last one with these: what comes next follows them.
     *
     * @param seq 64-bit, as that of the munger
     * @param at when the last one was sent
     */
    public ForwarderState after(long seq, int timestamp, long at) {
        int passed = timestamp - (int) munger.getRtpMunger().getExtLastTimestamp();
        RTPForwarderState sent = munger.toBuilder()
                .setPreStartTime(at)
                .setRtpMunger(munger.getRtpMunger().toBuilder().setExtLastSequenceNumber(seq).setExtLastTimestamp(Integer.toUnsignedLong(timestamp)))
                .build();
        return new ForwarderState(
                currentLayer, maxSpatial, maxTemporal, lastLayerTimestamp + passed, -1, -1, epoch, lastDescriptor, decodeTarget, sent);
    }

    /** For packets of a source that knows nothing of the one before: only what was sent last counts. */
    public ForwarderState elsewhere() {
        RTPForwarderState sent = munger.toBuilder().setStarted(false).setReferenceLayerSpatial(-1).clearSenderReportState().build();
        return new ForwarderState(-1, maxSpatial, maxTemporal, lastLayerTimestamp, -1, -1, epoch, lastDescriptor, -1, sent);
    }
}
