package io.stoa.bwe;

import io.stoa.base.Time;

/** What a probe tells: at which rate its packets left, and at which they arrived. One probe at a time. */
final class ProbeMeter {
    private static final int MIN_PACKETS = 5;
    private static final double MIN_SHARE = 0.8;
    private static final double SATURATED = 0.9;
    private static final double KEEP = 0.95;

    private int number;
    private int wantedBytes;
    private int packets;
    private long bytes;
    private boolean begun;
    private long firstSent;
    private long lastSent;
    private int lastSentBytes;
    private long firstArrived;
    private int firstArrivedBytes;
    private long lastArrived;
    private boolean over;

    /** @return the number by which its packets are known, 1 to 255 */
    int begin(int bytesOfIt) {
        number = number % 255 + 1;
        wantedBytes = bytesOfIt;
        packets = 0;
        bytes = 0;
        begun = false;
        over = false;
        return number;
    }

    /** @return bits per second that the path has carried; 0 as long as that is not known */
    double arrived(int probe, int size, long sentAt, long arrivedAt) {
        if (probe != number || over) return 0;
        packets++;
        bytes += size;
        if (!begun || sentAt - firstSent < 0) firstSent = sentAt;
        if (!begun || sentAt - lastSent >= 0) {
            lastSent = sentAt;
            lastSentBytes = size;
        }
        if (!begun || arrivedAt - firstArrived < 0) {
            firstArrived = arrivedAt;
            firstArrivedBytes = size;
        }
        if (!begun || arrivedAt - lastArrived >= 0) lastArrived = arrivedAt;
        begun = true;
        if (packets < MIN_PACKETS || bytes < MIN_SHARE * wantedBytes) return 0;
        return rate();
    }

    private double rate() {
        long sending = lastSent - firstSent;
        long arriving = lastArrived - firstArrived;
        if (sending <= 0 || arriving <= 0 || sending > Time.SECOND || arriving > Time.SECOND) return 0;
        double sent = (bytes - lastSentBytes) * 8e9 / sending;
        double got = (bytes - firstArrivedBytes) * 8e9 / arriving;
        if (got > 2 * sent) return 0; // held back on the way and let go at once: says nothing
        over = true;
        return got < SATURATED * sent ? KEEP * got : Math.min(sent, got);
    }
}
