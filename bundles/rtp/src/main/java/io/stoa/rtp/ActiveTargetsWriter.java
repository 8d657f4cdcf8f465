package io.stoa.rtp;

/**
 * Writes dependency descriptors again with other active decode targets: a subscriber that does not get all of them is told so (AV1 RTP
 * payload specification, appendix A.5). Whatever else a descriptor says stays as it is. Reused; belongs to one thread.
 */
public final class ActiveTargetsWriter {
    /** By so much a descriptor can become longer: five flags and 32 targets. */
    public static final int MAX_GROWTH = 5;

    private static final int FLAGS_AT = 8 * DependencyDescriptor.MANDATORY;
    private static final int STRUCTURE_AT = FLAGS_AT + 5;

    private final DependencyDescriptor reader = new DependencyDescriptor();
    private final BitView bits = new BitView();
    private byte[] out;
    private int from;
    private int written;

    /**
     * @param targets how many the stream has
     * @param mask the active ones, bit k = target k
     * @param to has room for {@code length} + {@link #MAX_GROWTH}
     * @return bytes written; 0 if the descriptor cannot be read
     */
    public int write(byte[] bytes, int at, int length, int targets, int mask, byte[] to, int offset) {
        if (length < DependencyDescriptor.MANDATORY) return 0;
        boolean extended = length > DependencyDescriptor.MANDATORY;
        int flags = extended ? (bytes[at + DependencyDescriptor.MANDATORY] & 0xff) >> 3 : 0;
        boolean structure = (flags & DependencyDescriptor.HAS_STRUCTURE) != 0;
        if (structure && (reader.read(bytes, at, length) != null || reader.targets() != targets)) return 0;
        int common = structure ? reader.structureEnd() : STRUCTURE_AT;
        out = to;
        from = offset;
        written = 0;
        bits.set(bytes, at, length);
        copy(FLAGS_AT);
        if (extended) bits.read(5);
        put(flags | DependencyDescriptor.HAS_ACTIVE_TARGETS, 5);
        if (extended) copy(common - STRUCTURE_AT);
        if ((flags & DependencyDescriptor.HAS_ACTIVE_TARGETS) != 0) for (int i = 0; i < targets; i++) bits.read(1);
        put(mask, targets);
        if (extended) copy(8 * length - bits.position());
        return written + 7 >> 3;
    }

    private void copy(int count) {
        for (int i = 0; i < count; i++) put(bits.read(1), 1);
    }

    /** The highest bit first. */
    private void put(int value, int count) {
        for (int i = count - 1; i >= 0; i--) {
            int index = from + (written >> 3);
            int shift = 7 - (written++ & 7);
            if (shift == 7) out[index] = 0;
            out[index] |= (byte) ((value >>> i & 1) << shift);
        }
    }
}
