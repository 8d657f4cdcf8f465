package io.stoa.rtp;

/** What a receiver report says about one stream (RFC 3550 appendix A.3 and A.8). */
public final class ReceiveStatistics {
    private final int clockRate;
    private long first = -1;
    private long highest = -1;
    private long received;
    private long bytes;
    private long expectedBefore;
    private long receivedBefore;
    private long transit;
    private boolean hasTransit;
    private double jitter;
    private int lastSrMiddle;
    private long lastSrAt;

    public ReceiveStatistics(int clockRate) {
        this.clockRate = clockRate;
    }

    public void packet(long now, long index, int timestamp, int size) {
        if (first < 0 || index < first) first = index;
        if (index > highest) highest = index;
        received++;
        bytes += size;
        long arrival = now / 1_000 * clockRate / 1_000_000;
        long newTransit = arrival - (timestamp & 0xffff_ffffL);
        if (hasTransit) {
            long difference = Math.abs((int) (newTransit - transit));
            jitter += (difference - jitter) / 16;
        }
        transit = newTransit;
        hasTransit = true;
    }

    public void senderReport(long now, long ntp) {
        lastSrMiddle = (int) (ntp >>> 16);
        lastSrAt = now;
    }

    public long packets() {
        return received;
    }

    public long bytes() {
        return bytes;
    }

    public long lost() {
        return highest < 0 ? 0 : Math.max(0, highest - first + 1 - received);
    }

    /** In clock units. */
    public long jitter() {
        return (long) jitter;
    }

    /** Lost since the last call, in 1/256, as a report block wants it. */
    public int takeFractionLost() {
        if (highest < 0) return 0;
        long expected = highest - first + 1;
        long expectedNow = expected - expectedBefore;
        long receivedNow = received - receivedBefore;
        expectedBefore = expected;
        receivedBefore = received;
        long lostNow = expectedNow - receivedNow;
        return expectedNow <= 0 || lostNow <= 0 ? 0 : (int) Math.min(255, (lostNow << 8) / expectedNow);
    }

    /** Extended highest sequence number, 32 bits. */
    public int extendedHighest() {
        return (int) highest;
    }

    public int lastSr() {
        return lastSrMiddle;
    }

    /** Delay since the last sender report in 1/65536 s, 0 if there was none. */
    public int delaySinceLastSr(long now) {
        return lastSrAt == 0 ? 0 : (int) ((now - lastSrAt) / 1_000 * 65_536 / 1_000_000);
    }
}
