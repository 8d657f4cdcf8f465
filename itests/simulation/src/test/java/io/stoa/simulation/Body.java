package io.stoa.simulation;

import io.stoa.base.Bytes;

/** What synthetic packets carry behind their payload descriptor: who they are, so that a receiver can tell what is missing or mixed up. */
record Body(boolean key, int layer, int epoch, int temporal, int frame, int part, int parts, int reference, int size) {
    static final int HEADER = 14;

    /** @return how many bytes were written */
    int write(byte[] into, int at) {
        into[at] = (byte) (key ? 0x10 : 0x11); // bit 0 is VP8's "not a key frame"
        into[at + 1] = (byte) layer;
        into[at + 2] = (byte) epoch;
        into[at + 3] = (byte) temporal;
        Bytes.i32(into, at + 4, frame);
        into[at + 8] = (byte) part;
        into[at + 9] = (byte) parts;
        Bytes.i32(into, at + 10, reference);
        for (int i = HEADER; i < size; i++) into[at + i] = filler(i);
        return size;
    }

    private byte filler(int i) {
        return (byte) (frame * 31 + part * 7 + layer * 3 + i);
    }

    /** @return null if the bytes are not those of a body */
    static Body read(byte[] from, int at, int length) {
        if (length < HEADER) return null;
        Body body = new Body((from[at] & 1) == 0, from[at + 1], from[at + 2], from[at + 3], Bytes.i32(from, at + 4), from[at + 8], from[at + 9],
                Bytes.i32(from, at + 10), length);
        for (int i = HEADER; i < length; i++) if (from[at + i] != body.filler(i)) return null;
        return body;
    }
}
