package io.stoa.peer;

import io.stoa.base.Time;
import io.stoa.media.PeerSpec.Playout;

/**
 * By how much a client is asked to delay a track of video (header extension {@code playout-delay}): said with every packet until the client
 * has reported one that said it, and again when the delay has changed. The delay follows the jitter that the client reports.
 *
 * <pre>
 *  0                   1                   2
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   shortest, in 10 ms  |   longest, in 10 ms   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
final class PlayoutDelay {
    /** Nothing is to be said. */
    static final int NONE = -1;
    /** Spec 6.13. */
    private static final int PER_JITTER = 10;

    private static final int MOST_CHANGE_PER_SECOND = 80;
    /** Percentage of packets asked for again from which on each further one lengthens the delay, by so many milliseconds. */
    private static final int MUCH_MISSED = 60;

    private static final int PER_MISSED = 2;
    private static final int UNIT_MILLIS = 10;

    private final Playout limits;
    private int millis;
    private boolean said;
    private boolean acknowledged;
    private int saidSince;
    private long changedAt;
    private long missed;
    private long missedBefore;
    private long packetsBefore;

    PlayoutDelay(Playout limits) {
        this.limits = limits;
        millis = limits.minMillis();
    }

    /** @return what the packet with this number says, 24 bits; {@link #NONE} if it says nothing */
    int say(long now, int seq) {
        if (acknowledged) return NONE;
        if (!said) {
            said = true;
            saidSince = seq;
            changedAt = now;
        }
        return word();
    }

    private int word() {
        return millis / UNIT_MILLIS << 12 | limits.maxMillis() / UNIT_MILLIS;
    }

    void missed(int packets) {
        missed += packets;
    }

    /** @param highest number of the newest packet that the client has */
    void acknowledge(int highest) {
        if (said && (highest - saidSince & 0xffff) < 0x8000) acknowledged = true;
    }

    /** @param packets sent so far */
    void follow(long now, long jitterMillis, long packets) {
        long sent = packets - packetsBefore;
        long percentMissed = sent > 0 ? (missed - missedBefore) * 100 / sent : 0;
        packetsBefore = packets;
        missedBefore = missed;
        if (!said) return; // how long it has been so is not known
        long wanted = jitterMillis * PER_JITTER + Math.max(0, percentMissed - MUCH_MISSED) * PER_MISSED;
        long change = MOST_CHANGE_PER_SECOND * Math.min(Time.SECOND, now - changedAt) / Time.SECOND;
        int next = (int) Math.clamp(Math.clamp(wanted, millis - change, millis + change), limits.minMillis(), limits.maxMillis());
        if (next == millis) return;
        int before = word();
        millis = next;
        changedAt = now;
        if (word() == before) return;
        said = acknowledged = false;
    }
}
