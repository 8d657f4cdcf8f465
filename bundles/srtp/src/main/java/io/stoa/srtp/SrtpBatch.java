package io.stoa.srtp;

/** RTP packets in one slab, each with the context that protects it. Reused. */
public final class SrtpBatch {
    private final byte[] slab;
    private final SrtpContext[] contexts;
    private final int[] offsets;
    private final int[] lengths;
    private int size;

    public SrtpBatch(byte[] slab, int capacity) {
        this.slab = slab;
        contexts = new SrtpContext[capacity];
        offsets = new int[capacity];
        lengths = new int[capacity];
    }

    public void add(SrtpContext context, int offset, int length) {
        contexts[size] = context;
        offsets[size] = offset;
        lengths[size++] = length;
    }

    public byte[] slab() {
        return slab;
    }

    public int size() {
        return size;
    }

    public SrtpContext context(int i) {
        return contexts[i];
    }

    public int offset(int i) {
        return offsets[i];
    }

    public int length(int i) {
        return lengths[i];
    }

    public void length(int i, int protectedLength) {
        lengths[i] = protectedLength;
    }

    public void clear() {
        for (int i = 0; i < size; i++) contexts[i] = null;
        size = 0;
    }
}
