package io.stoa.rtp;

/** Reads bits of a byte array, the highest of a byte first. Behind the end it reads zeros and says so afterwards. */
final class BitView {
    private byte[] bytes;
    private int begin;
    private int at;
    private int end;

    void set(byte[] array, int offset, int length) {
        bytes = array;
        begin = at = offset << 3;
        end = offset + length << 3;
    }

    /** @param count at most 31 */
    int read(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) value = value << 1 | bit();
        return value;
    }

    boolean flag() {
        return bit() != 0;
    }

    private int bit() {
        int index = at++;
        return index < end ? bytes[index >> 3] >> 7 - (index & 7) & 1 : 0;
    }

    /** A number below n in as few bits as possible: ns(n) of the AV1 bitstream specification, section 4.10.7. */
    int readBelow(int n) {
        int width = 32 - Integer.numberOfLeadingZeros(n);
        int shorter = (1 << width) - n;
        int value = read(width - 1);
        return value < shorter ? value : (value << 1) - shorter + bit();
    }

    /** Bits read so far. */
    int position() {
        return at - begin;
    }

    boolean exhausted() {
        return at > end;
    }
}
