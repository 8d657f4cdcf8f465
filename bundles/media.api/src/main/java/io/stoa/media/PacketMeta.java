package io.stoa.media;

/**
 * One received RTP packet as forwarders see it: parsed once, whatever the number of subscribers. A reused holder.
 *
 * <p>{@link #meaning} and {@link #descriptor} are the packed words of {@code io.stoa.rtp} ({@code FrameMeaning}; the payload
 * descriptor of VP8 or VP9, 0 for other codecs), kept as plain longs so that this contract does not depend on their layout.
 */
public final class PacketMeta {
    /** Simulcast layer: 0 low, 1 medium, 2 high. 0 for everything that is not simulcast. */
    public int layer;

    /** Extended sequence number within the layer. */
    public long index;

    public int seq;
    public int timestamp;
    public boolean marker;
    public int payloadType;

    /** Counts the restarts of the layer's source: another value means that index and timestamp began anew. */
    public int epoch;

    public long meaning;
    public long descriptor;

    /** What the frame is within a scalable stream; null where nothing says so. */
    public LayeredFrame frame;

    public byte[] bytes;
    public int payloadOffset;
    public int payloadLength;
    public long arrivedAt;
}
