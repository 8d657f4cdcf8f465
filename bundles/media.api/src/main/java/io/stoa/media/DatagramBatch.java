package io.stoa.media;

import io.stoa.base.Flow;

/**
 * Datagrams of one read, in one slab. Handlers may change the bytes in place (decryption does) and may use {@link #HEADROOM} bytes
 * before and {@link #TAILROOM} bytes behind each datagram. Reused: nothing of it may be kept.
 */
public final class DatagramBatch {
    public static final int HEADROOM = 16;
    public static final int TAILROOM = 32;
    /** Longest datagram that is delivered; longer ones are dropped as {@link io.stoa.base.Drop#OVERSIZED}. */
    public static final int MAX_DATAGRAM = 1_600;
    private static final int SLOT = HEADROOM + MAX_DATAGRAM + TAILROOM;

    public final byte[] slab;
    public final int[] offset;
    public final int[] length;
    public final Flow[] flow;
    public int size;

    public DatagramBatch(int capacity) {
        slab = new byte[capacity * SLOT];
        offset = new int[capacity];
        length = new int[capacity];
        flow = new Flow[capacity];
        for (int i = 0; i < capacity; i++) offset[i] = i * SLOT + HEADROOM;
    }

    public int capacity() {
        return offset.length;
    }

    public boolean isFull() {
        return size == offset.length;
    }

    /** Adds a datagram by copying it. */
    public void add(Flow from, byte[] bytes, int at, int count) {
        if (count > MAX_DATAGRAM) throw new IllegalArgumentException(count + " bytes, at most " + MAX_DATAGRAM);
        System.arraycopy(bytes, at, slab, offset[size], count);
        length[size] = count;
        flow[size++] = from;
    }

    public void clear() {
        for (int i = 0; i < size; i++) flow[i] = null;
        size = 0;
    }
}
