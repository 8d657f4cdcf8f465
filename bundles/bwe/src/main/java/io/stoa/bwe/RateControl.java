package io.stoa.bwe;

import io.stoa.base.Time;

/**
 * The rate that the delays allow: up while nothing is wrong (by a share where the capacity is unknown, by a packet per response time
 * near where it was last exceeded), down to a share of what arrives when a queue grows (draft-ietf-rmcat-gcc-02 section 5.5).
 *
 * <p>Where others keep a queue filled, the capacity is not one's own: nothing is near, so it goes up as from the unknown, and what they go
 * down at, a loss, counts here too, once for all that was sent before the last decrease (a loss event of RFC 5348 section 5.2).
 */
final class RateControl {
    private static final double DOWN_TO = 0.85;
    private static final double UP_PER_SECOND = 1.08;
    private static final double PACKET_BITS = 1_200 * 8.0;
    private static final double MIN_STEP = 4_000;

    private final double min;
    private final double max;
    private double rate;
    private boolean shared;
    private boolean increases = true;
    private long changedAt = Time.NEVER;
    private long decreasedAt = Time.NEVER;
    /** Where the capacity showed when it was exceeded; 0 = unknown. In kbit/s with a variance relative to it. */
    private double capacity;
    private double spread = 0.4;

    RateControl(double start, double min, double max) {
        rate = start;
        this.min = min;
        this.max = max;
    }

    double bps() {
        return rate;
    }

    /** It was measured to be possible. */
    void set(double bps) {
        rate = Math.clamp(bps, min, max);
        if (capacity > 0 && bps / 1_000 > upper()) capacity = 0;
    }

    /** @param others whether others keep a queue filled, whatever is sent here */
    void shared(boolean others) {
        shared = others;
    }

    /** @param acknowledged bits per second that arrive, 0 if unknown */
    void update(long now, DelayTrend.Verdict verdict, double acknowledged, long roundTrip) {
        if (changedAt == Time.NEVER) changedAt = now;
        switch (verdict) {
            case OVERUSE -> {
                if (mayDecrease(now, acknowledged, roundTrip)) decrease(now, acknowledged);
                increases = false;
            }
            case UNDERUSE -> increases = false; // the queue empties: let it
            case NORMAL -> {
                if (increases) increase(now, acknowledged, roundTrip);
                increases = true;
            }
        }
        changedAt = now;
    }

    private boolean mayDecrease(long now, double acknowledged, long roundTrip) {
        if (decreasedAt == Time.NEVER) return true;
        return now - decreasedAt >= Math.clamp(roundTrip, 10 * Time.MILLI, 200 * Time.MILLI) || acknowledged > 0 && acknowledged < rate / 2;
    }

    /** A packet is lost that had left at {@code sentAt}; means something only where others keep a queue filled. */
    void lost(long now, long sentAt, double acknowledged) {
        if (!shared || decreasedAt != Time.NEVER && sentAt - decreasedAt < 0) return;
        decrease(now, acknowledged);
    }

    private void decrease(long now, double acknowledged) {
        double next = DOWN_TO * (acknowledged > 0 ? acknowledged : rate);
        if (next > rate && capacity > 0) next = DOWN_TO * capacity * 1_000;
        rate = Math.clamp(Math.min(next, rate), min, max);
        decreasedAt = now;
        if (acknowledged > 0) exceeded(acknowledged / 1_000);
    }

    private void exceeded(double kbps) {
        if (capacity > 0 && (kbps < lower() || kbps > upper())) capacity = 0;
        if (capacity == 0) capacity = kbps;
        else capacity += 0.05 * (kbps - capacity);
        double off = capacity - kbps;
        spread = Math.clamp(0.95 * spread + 0.05 * off * off / Math.max(1, capacity), 0.4, 2.5);
    }

    private double upper() {
        return capacity + 3 * Math.sqrt(spread * capacity);
    }

    private double lower() {
        return Math.max(0, capacity - 3 * Math.sqrt(spread * capacity));
    }

    private void increase(long now, double acknowledged, long roundTrip) {
        double seconds = Math.clamp((now - changedAt) / 1e9, 0, 1);
        if (capacity > 0 && acknowledged / 1_000 > upper()) capacity = 0;
        double near = rate + Math.max(MIN_STEP, nearMax(roundTrip)) * seconds;
        double far = rate * Math.pow(UP_PER_SECOND, seconds) + 1_000 * seconds;
        double next = shared ? Math.max(near, far) : capacity > 0 ? near : far;
        // Who sends less than it may learns nothing about more.
        double limit = acknowledged > 0 ? 1.5 * acknowledged + 10_000 : rate;
        if (next > limit) next = Math.max(rate, limit);
        rate = Math.clamp(next, min, max);
    }

    /** One average packet per response time, in bits per second and second. */
    private double nearMax(long roundTrip) {
        double frame = rate / 30;
        double packet = frame / Math.ceil(frame / PACKET_BITS);
        return packet * 1e9 / (roundTrip + 100 * Time.MILLI);
    }

    /** Nothing is heard any more. */
    void halve() {
        rate = Math.max(min, rate / 2);
    }
}
