package io.stoa.rtp;

import io.stoa.base.Bytes;

/**
 * Composes payloads of redundant audio (diagram at {@link RedView}) out of packets that came plain: {@link #begin}, {@link #add} from the
 * newest to the oldest, {@link #write}. What the headers cannot say, or what would make the packet too long, is not added.
 */
public final class RedWriter {
    public static final int MAX_REDUNDANT = 2;

    /** Of the whole payload: with headers and authentication tag no longer than what passes everywhere. */
    static final int LIMIT = 1_200;

    private static final int MAX_BLOCK = 0x3ff;
    private static final int MAX_OFFSET = 0x3fff;

    private final byte[] out = new byte[LIMIT];
    private final byte[][] from = new byte[MAX_REDUNDANT + 1][];
    private final int[] offsets = new int[MAX_REDUNDANT + 1];
    private final int[] lengths = new int[MAX_REDUNDANT + 1];
    private final int[] ages = new int[MAX_REDUNDANT + 1];
    private int blocks;
    private int total;

    /** The primary; the arrays are read when it is written. */
    public void begin(byte[] bytes, int offset, int length) {
        blocks = 0;
        total = RedView.PRIMARY_HEADER;
        put(0, bytes, offset, length);
    }

    /**
     * @param age by how much its timestamp is older than that of the primary
     * @return false if it was not added, and older ones need not be tried
     */
    public boolean add(int age, byte[] bytes, int offset, int length) {
        if (blocks > MAX_REDUNDANT || age <= ages[blocks - 1] || age > MAX_OFFSET || length == 0 || length > MAX_BLOCK) return false;
        if (total + RedView.HEADER + length > LIMIT) return false;
        total += RedView.HEADER;
        put(age, bytes, offset, length);
        return true;
    }

    private void put(int age, byte[] bytes, int offset, int length) {
        ages[blocks] = age;
        from[blocks] = bytes;
        offsets[blocks] = offset;
        lengths[blocks++] = length;
        total += length;
    }

    /** @return how long the payload in {@link #bytes} is, 0 if there is no redundancy in it: the packet goes better as it is */
    public int write(int payloadType) {
        if (blocks == 1) return 0;
        int p = 0;
        for (int i = blocks - 1; i > 0; i--, p += RedView.HEADER) Bytes.i32(out, p, (0x80 | payloadType) << 24 | ages[i] << 10 | lengths[i]);
        out[p++] = (byte) payloadType;
        for (int i = blocks - 1; i >= 0; p += lengths[i--]) System.arraycopy(from[i], offsets[i], out, p, lengths[i]);
        return p;
    }

    public byte[] bytes() {
        return out;
    }
}
