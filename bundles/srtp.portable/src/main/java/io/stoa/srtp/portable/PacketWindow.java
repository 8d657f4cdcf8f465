package io.stoa.srtp.portable;

import org.jitsi.utils.ByteArrayBuffer;

/** A reused window on a packet inside a larger array, in the shape that jitsi-srtp works on. */
final class PacketWindow implements ByteArrayBuffer {
    private byte[] bytes;
    private int offset;
    private int length;

    PacketWindow on(byte[] array, int at, int count) {
        bytes = array;
        offset = at;
        length = count;
        return this;
    }

    @Override
    public byte[] getBuffer() {
        return bytes;
    }

    @Override
    public int getOffset() {
        return offset;
    }

    @Override
    public int getLength() {
        return length;
    }

    @Override
    public void setLength(int count) {
        length = count;
    }

    @Override
    public void setOffset(int at) {
        offset = at;
    }

    @Override
    public boolean isInvalid() {
        return bytes == null;
    }

    @Override
    public void readRegionToBuff(int at, int count, byte[] into) {
        System.arraycopy(bytes, offset + at, into, 0, count);
    }

    @Override
    public void grow(int count) {
        if (offset + length + count > bytes.length) throw new IllegalStateException("no room for " + count + " more bytes behind the packet");
    }

    @Override
    public void append(byte[] from, int count) {
        grow(count);
        System.arraycopy(from, 0, bytes, offset + length, count);
        length += count;
    }

    @Override
    public void shrink(int count) {
        length -= count;
    }
}
