package io.stoa.bwe;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.Time;

/**
 * A reused look at transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1): {@link #set}, then
 * {@link #next} until it is false. {@link #set} checks the whole packet, so that nothing can go wrong afterwards.
 */
public final class FeedbackView {
    private static final int HEADER = 20;
    private static final long TICK = 250 * Time.MICRO;
    private static final long REFERENCE = 64 * Time.MILLI;
    private static final int REFERENCE_BITS = 24;
    /** More than any history of sent packets holds: nobody has that much to tell. */
    static final int MAX_STATUSES = 16_384;

    private byte[] b;
    private int base;
    private int count;
    private int deltasAt;
    private int chunkAt;
    private int chunk;
    private int inChunk;
    private int deltaAt;
    private int done;
    private int symbol;
    private boolean begun;
    private int reference;
    private long referenceTime;
    private long arrival;

    /** @return null if the packet is well formed, else why not */
    public Drop set(byte[] bytes, int offset, int length) {
        b = bytes;
        count = done = 0;
        if (length < HEADER || Bytes.u16(bytes, offset + 14) > MAX_STATUSES) return Drop.TRANSPORT_FEEDBACK_MALFORMED;
        int end = offset + length;
        int statuses = Bytes.u16(bytes, offset + 14);
        int at = offset + HEADER;
        int deltas = 0;
        for (int left = statuses; left > 0; at += 2) {
            if (at + 2 > end) return Drop.TRANSPORT_FEEDBACK_MALFORMED;
            int next = Bytes.u16(bytes, at);
            int held = Math.min(left, capacity(next));
            for (int i = 0; i < held; i++) {
                int status = symbol(next, i);
                if (status == 3) return Drop.TRANSPORT_FEEDBACK_MALFORMED;
                deltas += status;
                if (next < 0x8000) {
                    deltas += status * (held - 1);
                    break;
                }
            }
            if (held == 0) return Drop.TRANSPORT_FEEDBACK_MALFORMED;
            left -= held;
        }
        if (at + deltas > end) return Drop.TRANSPORT_FEEDBACK_MALFORMED;
        base = Bytes.u16(bytes, offset + 12);
        count = statuses;
        chunkAt = offset + HEADER;
        deltaAt = deltasAt = at;
        inChunk = 0;
        chunk = 0;
        reference(Bytes.u24(bytes, offset + 16));
        arrival = referenceTime;
        return null;
    }

    /** The receiver's clock goes on between packets although it is told modulo 2^24. */
    private void reference(int told) {
        int step = (told - reference) << 32 - REFERENCE_BITS >> 32 - REFERENCE_BITS;
        referenceTime = begun ? referenceTime + step * REFERENCE : told * REFERENCE;
        begun = true;
        reference = told;
    }

    private static int capacity(int chunk) {
        return chunk < 0x8000 ? chunk & 0x1fff : chunk < 0xc000 ? 14 : 7;
    }

    private static int symbol(int chunk, int i) {
        return chunk < 0x8000 ? chunk >> 13 & 3 : chunk < 0xc000 ? chunk >> 13 - i & 1 : chunk >> 12 - 2 * i & 3;
    }

    /** Goes on to the next packet that is spoken of. */
    public boolean next() {
        if (done == count) return false;
        if (done == 0 || inChunk == capacity(chunk)) {
            chunk = Bytes.u16(b, chunkAt);
            chunkAt += 2;
            inChunk = 0;
        }
        symbol = symbol(chunk, inChunk++);
        done++;
        if (symbol == 1) arrival += Bytes.u8(b, deltaAt) * TICK;
        else if (symbol == 2) arrival += (short) Bytes.u16(b, deltaAt) * TICK;
        deltaAt += symbol;
        return true;
    }

    /** Of the packet that {@link #next} has arrived at. */
    public int seq() {
        return base + done - 1 & 0xffff;
    }

    public boolean received() {
        return symbol != 0;
    }

    /** If received: when, by the receiver's clock. */
    public long arrivedAt() {
        return arrival;
    }

    public int count() {
        return count;
    }
}
