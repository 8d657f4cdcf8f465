package io.stoa.media;

import io.stoa.base.Drop;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Decides and translates for one (track, subscriber). Lives on one media loop and is called there only. Nothing here allocates in
 * steady state, except {@link #snapshot}.
 */
@ProviderType
public interface Forwarder {
    /**
     * Hop 10. Packets of a layer come in order of arrival, so possibly reordered or late.
     *
     * @return null if the packet goes on as described in {@code out}, else why it does not
     */
    Drop forward(long now, PacketMeta in, Translation out);

    /**
     * What the subscriber wants at most.
     *
     * @param maxSpatial 0 low, 1 medium, 2 high
     * @param maxTemporal 0 to 3; 3 = all
     */
    void target(long now, int maxSpatial, int maxTemporal);

    /** Layers on which packets arrive now, whether as streams of their own or in one, bit k = layer k. Called when it changes. */
    void live(long now, int layerMask);

    /** The publisher's sender report of a layer: NTP time (64 bit) and the RTP timestamp that belongs to it. */
    void senderReport(long now, int layer, long ntp, int rtpTimestamp);

    /**
     * The layer for which the publisher must be asked for a key frame now, or -1. Asking counts: the forwarder does not repeat itself
     * before clamp(2 RTT, 200..1000 ms) have passed.
     */
    int keyFrameWanted(long now, long roundTripNanos);

    /** The subscriber lost its picture (PLI, FIR): ask upstream for the current layer with the next {@link #keyFrameWanted}. */
    void keyFrameLost(long now);

    /** Packets were not seen for a while (the engine was away, the track was muted): continue the numbering, wait for a key frame. */
    void resync(long now);

    /** The layer that is being forwarded, or -1. */
    int currentLayer();

    /** The layer that is aimed at, or -1. */
    int targetLayer();

    /** All that a successor needs. */
    ForwarderState snapshot();
}
