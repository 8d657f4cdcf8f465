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
    /** For packets of a source that knows nothing of the one before: only what was sent last counts. */
    public ForwarderState elsewhere() {
        RTPForwarderState sent = munger.toBuilder().setStarted(false).setReferenceLayerSpatial(-1).clearSenderReportState().build();
        return new ForwarderState(-1, maxSpatial, maxTemporal, lastLayerTimestamp, -1, -1, epoch, lastDescriptor, -1, sent);
    }
}
