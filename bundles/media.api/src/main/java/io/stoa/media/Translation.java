package io.stoa.media;

/**
 * What becomes of a forwarded packet. A reused holder, valid until the next call of the same forwarder.
 *
 * <p>The first {@link #descriptorReplaces} bytes of the payload are replaced by {@link #descriptorLength} bytes of
 * {@link #descriptor}; both 0 = payload unchanged, {@link #WHOLE_PAYLOAD} = nothing of it goes on.
 */
public final class Translation {
    /** Longest payload descriptor that can be replaced (VP8: RFC 7741 section 4.2); six bytes and two lengths fit one long. */
    public static final int MAX_DESCRIPTOR = 6;

    /** {@link #descriptorReplaces} of a packet that only fills its number. */
    public static final int WHOLE_PAYLOAD = 0xf;

    public int seq;
    public int timestamp;
    public boolean marker;
    public int descriptorReplaces;
    public int descriptorLength;
    public final byte[] descriptor = new byte[MAX_DESCRIPTOR];

    /** How many decode targets the dependency descriptor tells of; 0 = it stays as it is. */
    public int targets;

    /** Which of them are active for the subscriber, bit k = target k. */
    public int activeTargets;

    /** Sets "payload unchanged". */
    public void keepPayload() {
        descriptorReplaces = 0;
        descriptorLength = 0;
        targets = activeTargets = 0;
    }

    /** Sets "no payload". */
    public void dropPayload() {
        descriptorReplaces = WHOLE_PAYLOAD;
        descriptorLength = 0;
        targets = activeTargets = 0;
    }

    /**
     * Descriptor bytes and both lengths in one word, so that a retransmission can repeat the translation without the forwarder; the decode
     * targets instead of the bytes where the payload has none.
     */
    public long packDescriptor() {
        long word = (long) descriptorReplaces << 60 | (long) descriptorLength << 56;
        if (descriptorLength == 0) return word | (long) targets << 32 | activeTargets & 0xffff_ffffL;
        for (int i = 0; i < descriptorLength; i++) word |= (descriptor[i] & 0xffL) << 40 - 8 * i;
        return word;
    }

    /** The inverse of {@link #packDescriptor}. */
    public void unpackDescriptor(long word) {
        descriptorReplaces = (int) (word >>> 60);
        descriptorLength = (int) (word >>> 56) & 0xf;
        targets = descriptorLength == 0 ? (int) (word >>> 32) & 0x3f : 0;
        activeTargets = targets == 0 ? 0 : (int) word;
        for (int i = 0; i < descriptorLength; i++) descriptor[i] = (byte) (word >>> 40 - 8 * i);
    }
}
