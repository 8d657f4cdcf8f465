package io.stoa.media;

/**
 * What a packet's frame is within a scalable stream, in the words of the AV1 RTP payload specification (sections 1.4 and A): the stream
 * can be received as one of several <em>decode targets</em>, and every frame says what it is to each of them. Codecs that say it in
 * another way (VP9, RFC 9628) are put into the same words. A reused holder.
 *
 * <p>A <em>chain</em> is the sequence of frames without which a decode target breaks: whoever has got them all may go on with that
 * target at its next {@link #SWITCH}.
 */
public final class LayeredFrame {
    public static final int MAX_TARGETS = 32;

    /** Indications, two bits for each target: the frame is no part of it, */
    public static final int NOT_PRESENT = 0;

    /** a part on which nothing else of it depends, */
    public static final int DISCARDABLE = 1;

    /** a part after which all that follows in it can be decoded, if this can, */
    public static final int SWITCH = 2;

    /** or any other part. */
    public static final int REQUIRED = 3;

    /** Grows with every frame; the distances between frames are told in it. */
    public int number;

    public int spatial;
    public int temporal;
    /** The packet is the first of its frame, */
    public boolean start;

    /** or the last. */
    public boolean end;

    /** Nothing after this frame depends on anything before it. */
    public boolean key;

    /** How many targets there are; they stay the same until a frame with {@link #structure} changed. */
    public int targets;

    /** Counts the structures that the stream has had: targets of another one have other meanings. */
    public int structure;

    /** Two bits for each target, the first lowest. */
    public long indications;

    /** Targets that are being made now, bit k = target k. */
    public int active;

    /** Per target the highest spatial layer in it. */
    public final byte[] targetSpatial = new byte[MAX_TARGETS];

    /** Per target the highest temporal layer in it. */
    public final byte[] targetTemporal = new byte[MAX_TARGETS];

    /** Per target those that have all its frames, bit k = target k; itself among them. */
    public final int[] containedIn = new int[MAX_TARGETS];

    /** Per target how far before this frame the latest one of its chain was; 0 = the chain begins here, -1 = it has none. */
    public final short[] chainDistance = new short[MAX_TARGETS];

    public int indication(int target) {
        return (int) (indications >>> 2 * target) & 3;
    }

    /** Spatial layers that need this frame, bit k = whoever receives layer k in full motion. */
    public int neededBy() {
        int mask = 0;
        for (int target = 0; target < targets; target++) if (indication(target) != NOT_PRESENT) mask |= 1 << targetSpatial[target];
        return mask;
    }
}
