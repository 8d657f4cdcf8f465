package io.stoa.forward;

import io.stoa.rtp.Vp8Descriptor;
import java.util.Arrays;

/**
 * Continuous VP8 picture ids, TL0PICIDX and KEYIDX over layer switches and dropped frames (RFC 7741 section 4.2). Remembers what became
 * of the last pictures, so that their late packets fare like the early ones.
 */
final class Vp8Bridge {
    private static final int PICTURES = 128;
    private static final int LEFT_OUT = Integer.MIN_VALUE;

    /** Per slot the picture as it arrived, and the offset of its id or {@link #LEFT_OUT}. */
    private final int[] pictures = new int[PICTURES];

    private final int[] offsets = new int[PICTURES];
    private int pictureOffset;
    /** Of pictures from before the hand-over. */
    private int resumedOffset;
    /** The newest picture at the hand-over, -1 if there was none since the last anchor. */
    private int resumedAt = -1;

    private int tl0Offset;
    private int keyOffset;
    /** The newest picture that was looked at, extended from 7 bits if it has no more, -1 if none. */
    private int newest = -1;

    private int lastPicture = -1;
    private int lastTl0;
    private int lastKey;
    private long lastIn;

    Vp8Bridge() {
        Arrays.fill(pictures, -1);
    }

    /** The newest descriptor that was looked at. */
    long lastIn() {
        return lastIn;
    }

    boolean hasSent() {
        return lastPicture >= 0;
    }

    /** The id that belongs to {@link #lastIn}, or would if it had not been left out and later ones had not moved up; gaps have theirs. */
    int reachedPicture() {
        return newest < 0 ? lastPicture : newest + pictureOffset & 0x7fff;
    }

    int reachedTl0() {
        return newest < 0 ? lastTl0 : Vp8Descriptor.tl0PicIdx(lastIn) + tl0Offset & 0xff;
    }

    int reachedKey() {
        return newest < 0 ? lastKey : Vp8Descriptor.keyIdx(lastIn) + keyOffset & 0x1f;
    }

    /** The frame that begins here follows what was sent last. */
    void anchor(long descriptor) {
        Arrays.fill(pictures, -1);
        newest = resumedAt = -1;
        if (lastPicture < 0) return; // nothing was sent: numbers stay as they are
        pictureOffset = lastPicture + 1 - Vp8Descriptor.pictureId(descriptor);
        resumedOffset = pictureOffset;
        tl0Offset = lastTl0 + 1 - Vp8Descriptor.tl0PicIdx(descriptor);
        keyOffset = lastKey + 1 - Vp8Descriptor.keyIdx(descriptor);
    }

    /** @param leftOut whether the picture of the descriptor was left out */
    void resume(long in, boolean leftOut, int picture, int tl0, int key) {
        lastIn = in;
        lastPicture = picture;
        lastTl0 = tl0;
        lastKey = key;
        newest = Vp8Descriptor.pictureId(in);
        pictureOffset = picture - newest;
        tl0Offset = tl0 - Vp8Descriptor.tl0PicIdx(in);
        keyOffset = key - Vp8Descriptor.keyIdx(in);
        resumedOffset = pictureOffset;
        resumedAt = newest;
        remember(newest, leftOut ? LEFT_OUT : pictureOffset);
    }

    private void remember(int picture, int offset) {
        pictures[picture & PICTURES - 1] = picture;
        offsets[picture & PICTURES - 1] = offset;
    }

    /** Whether the picture is known: then its packets share the fate of those before. */
    boolean knows(long descriptor) {
        int picture = extended(descriptor);
        return pictures[picture & PICTURES - 1] == picture;
    }

    /** The rest of a picture from before the hand-over: its beginning may have been left out. */
    boolean isDoubtful(long descriptor) {
        return resumedAt >= 0 && (resumedAt - extended(descriptor) & 0x7fff) < 0x4000 && !Vp8Descriptor.frameStart(descriptor);
    }

    boolean leftOut(long descriptor) {
        return offsets[extended(descriptor) & PICTURES - 1] == LEFT_OUT;
    }

    /** A whole frame is left out: later ones move up. A late one leaves the gap that it has already made. */
    void leaveOut(long descriptor) {
        int picture = extended(descriptor);
        if (isNewer(picture)) {
            advance(picture, descriptor);
            pictureOffset--;
        }
        remember(picture, LEFT_OUT);
    }

    /** Not for a picture that was {@link #leftOut}. */
    long translate(long descriptor) {
        int in = extended(descriptor);
        if (isNewer(in)) advance(in, descriptor);
        int slot = in & PICTURES - 1;
        if (pictures[slot] != in) remember(in, resumedOffset);
        int offset = offsets[slot];
        int picture = in + offset & 0x7fff;
        int tl0 = Vp8Descriptor.tl0PicIdx(descriptor) + tl0Offset & 0xff;
        int key = Vp8Descriptor.keyIdx(descriptor) + keyOffset & 0x1f;
        if (lastPicture < 0 || (picture - lastPicture & 0x7fff) < 0x4000) {
            lastPicture = picture;
            lastTl0 = tl0;
            lastKey = key;
        }
        return Vp8Descriptor.with(descriptor, picture, tl0, key);
    }

    /** Ids of 7 bits become ids of 15 bits: whichever is nearest to the newest. */
    private int extended(long descriptor) {
        int id = Vp8Descriptor.pictureId(descriptor);
        if (newest < 0 || Vp8Descriptor.isWide(descriptor)) return id;
        int distance = id - newest & 0x7f;
        return newest + (distance < 0x40 ? distance : distance - 0x80) & 0x7fff;
    }

    private boolean isNewer(int picture) {
        int ahead = picture - newest & 0x7fff;
        return newest < 0 || ahead != 0 && ahead < 0x4000;
    }

    /** Pictures in between have not come yet; should they, they go on with the offset of now. */
    private void advance(int picture, long descriptor) {
        int from = newest < 0 || (picture - newest & 0x7fff) > PICTURES ? picture : newest + 1 & 0x7fff;
        for (int at = from; ; at = at + 1 & 0x7fff) {
            remember(at, pictureOffset);
            if (at == picture) break;
        }
        newest = picture;
        lastIn = descriptor;
    }
}
