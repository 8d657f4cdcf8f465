package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.media.ForwarderState;
import io.stoa.media.Translation;
import io.stoa.peer.Sender;

/**
 * What a subscriber is sent for a while where its track pauses or ends, so that its decoder comes to rest (spec 6.9). It goes on with the
 * numbers of what was sent before, in the time in which frames would have come; and from it a forwarder goes on.
 */
final class BlankFrames {
    private static final long PAUSES = Time.SECOND;
    private static final long ENDS = 200 * Time.MILLI;

    interface Ending {
        void over(long now);
    }

    final Sender sender;
    /** Nothing follows. */
    final boolean last;
    final Ending ending;
    private final ForwarderState before;
    private final BlankPayload payload;
    private final Translation translation = new Translation();
    private int left;
    private long nextAt;
    private long seq;
    private int timestamp;
    private long lastAt;

    /** @param before what was sent last, and by which numbers */
    BlankFrames(long now, Sender sender, BlankPayload payload, ForwarderState before, boolean last, Ending ending) {
        this.sender = sender;
        this.last = last;
        this.payload = payload;
        this.before = before;
        this.ending = ending;
        left = (int) ((last ? ENDS : PAUSES) / payload.lasts);
        seq = before.munger().getRtpMunger().getExtLastSequenceNumber();
        timestamp = (int) before.munger().getRtpMunger().getExtLastTimestamp();
        lastAt = before.munger().getPreStartTime();
        nextAt = lastAt + payload.lasts - now > 0 && lastAt - now <= 0 ? lastAt + payload.lasts : now;
        translation.keepPayload();
    }

    long nextWake() {
        return left == 0 ? Time.NEVER : nextAt;
    }

    boolean over() {
        return left == 0;
    }

    void wake(long now) {
        while (left > 0 && nextAt - now <= 0) frame(now);
    }

    /** There is no time: what is left goes now. */
    void finish(long now) {
        while (left > 0) frame(now);
    }

    private void frame(long now) {
        long elapsed = Math.clamp(nextAt - lastAt, 0, Time.SECOND * 3_600);
        timestamp += Math.max(1, (int) (elapsed / 1_000 * payload.clockRate / 1_000_000));
        lastAt = nextAt;
        nextAt += payload.lasts;
        left--;
        payload.next();
        if (payload.packets() == 0) {
            number();
            sender.writeNothing(now, translation);
        }
        for (int i = 0; i < payload.packets(); i++) {
            byte[] bytes = payload.bytes(i);
            number();
            translation.marker = payload.video && i == payload.packets() - 1;
            sender.write(now, translation, bytes, 0, bytes.length, payload.red, null);
        }
    }

    private void number() {
        translation.seq = (int) ++seq & 0xffff;
        translation.timestamp = timestamp;
    }

    /** From which a forwarder goes on. */
    ForwarderState after() {
        return before.after(seq, timestamp, lastAt);
    }
}
