package io.stoa.forward;

import io.stoa.rtp.Vp8Descriptor;

/** Continuous VP8 picture ids, TL0PICIDX and KEYIDX over layer switches and dropped frames (RFC 7741 section 4.2). */
final class Vp8Bridge {
    private int pictureOffset;
    private int tl0Offset;
    private int keyOffset;
    private int lastPicture = -1;
    private int lastTl0;
    private int lastKey;
    private long lastIn;

    long lastIn() {
        return lastIn;
    }

    int lastPicture() {
        return lastPicture;
    }

    int lastTl0() {
        return lastTl0;
    }

    int lastKey() {
        return lastKey;
    }

    /** The frame that begins here follows what was sent last. */
    void anchor(long descriptor) {
        if (lastPicture < 0) return; // nothing was sent: numbers stay as they are
        pictureOffset = lastPicture + 1 - Vp8Descriptor.pictureId(descriptor);
        tl0Offset = lastTl0 + 1 - Vp8Descriptor.tl0PicIdx(descriptor);
        keyOffset = lastKey + 1 - Vp8Descriptor.keyIdx(descriptor);
    }

    void resume(long in, int picture, int tl0, int key) {
        lastIn = in;
        lastPicture = picture;
        lastTl0 = tl0;
        lastKey = key;
        pictureOffset = picture - Vp8Descriptor.pictureId(in);
        tl0Offset = tl0 - Vp8Descriptor.tl0PicIdx(in);
        keyOffset = key - Vp8Descriptor.keyIdx(in);
    }

    /** A whole frame is left out. */
    void dropFrame() {
        pictureOffset--;
    }

    long translate(long descriptor) {
        int picture = Vp8Descriptor.pictureId(descriptor) + pictureOffset & 0x7fff;
        int tl0 = Vp8Descriptor.tl0PicIdx(descriptor) + tl0Offset & 0xff;
        int key = Vp8Descriptor.keyIdx(descriptor) + keyOffset & 0x1f;
        if (lastPicture < 0 || (picture - lastPicture & 0x7fff) < 0x4000) {
            lastPicture = picture;
            lastTl0 = tl0;
            lastKey = key;
            lastIn = descriptor;
        }
        return Vp8Descriptor.with(descriptor, picture, tl0, key);
    }
}
