package io.stoa.bwe;

import io.stoa.base.Time;

/**
 * Whether a queue grows on the way: packets are put together to groups that were sent at once, the differences of the groups' distances
 * at the two ends are added up and smoothed, and the slope of a line through the last of them is held against a threshold that adapts
 * to what is usual on this path (draft-ietf-rmcat-gcc-02 section 5, with the line in place of the filter).
 */
final class DelayTrend {
    enum Verdict {
        NORMAL,
        OVERUSE,
        UNDERUSE
    }

    private static final long GROUP = 5 * Time.MILLI;
    private static final long MAX_BURST = 100 * Time.MILLI;
    private static final int WINDOW = 20;
    private static final double SMOOTHING = 0.9;
    private static final double GAIN = 4;
    private static final int FULL_GAIN_AT = 60;
    private static final double FIRST_THRESHOLD = 12.5;
    private static final double MIN_THRESHOLD = 6;
    private static final double MAX_THRESHOLD = 600;
    private static final double TOO_FAR = 15;
    /** As libwebrtc: the threshold is back at its lowest at once, and queues stay short. */
    private static final double ADAPT_UP = 0.0087;
    private static final double ADAPT_DOWN = 0.039;
    /** As the draft, K_u and K_d of its section 5.4: it stays where another's growth has taken it, and that is not yielded to. */
    private static final double ADAPT_UP_SHARED = 0.01;
    private static final double ADAPT_DOWN_SHARED = 0.00018;
    private static final double OVERUSE_MILLIS = 10;
    /** A queue that grows by less over the whole window is none: packets of few frames arrive as unevenly as that by themselves. */
    private static final double MIN_RISE = 5;
    private static final long RESTART_AFTER = 3 * Time.SECOND;

    private boolean begun;
    private boolean hasPrevious;
    private long groupSentFirst;
    private long groupSentLast;
    private long groupArrivedFirst;
    private long groupArrived;
    private long previousSent;
    private long previousArrived;

    private final double[] times = new double[WINDOW];
    private final double[] delays = new double[WINDOW];
    private int samples;
    private long firstArrival;
    private double accumulated;
    private double smoothed;

    private double threshold = FIRST_THRESHOLD;
    private long thresholdAt;
    private double previousTrend;
    private boolean shared;
    private double overusing = -1;
    private int overuses;
    private Verdict verdict = Verdict.NORMAL;

    Verdict verdict() {
        return verdict;
    }

    /** @param others whether others keep a queue filled, whatever is sent here */
    void shared(boolean others) {
        shared = others;
    }

    /** A packet that arrived, in the order of sending. */
    void arrived(long sentAt, long arrivedAt) {
        if (!begun) {
            begin(sentAt, arrivedAt);
            return;
        }
        if (sentAt - groupSentLast > RESTART_AFTER) { // nobody sent: what the path was like is the past
            reset();
            begin(sentAt, arrivedAt);
            return;
        }
        boolean sameGroup = sentAt - groupSentFirst <= GROUP || burst(sentAt, arrivedAt);
        if (sentAt - groupSentFirst < 0) return; // overtaken by its whole group
        if (sameGroup) {
            if (sentAt - groupSentLast > 0) groupSentLast = sentAt;
            if (arrivedAt - groupArrived > 0) groupArrived = arrivedAt;
            return;
        }
        if (hasPrevious) difference(groupSentLast - previousSent, groupArrived - previousArrived, groupArrived);
        previousSent = groupSentLast;
        previousArrived = groupArrived;
        hasPrevious = true;
        groupSentFirst = groupSentLast = sentAt;
        groupArrivedFirst = groupArrived = arrivedAt;
    }

    /** Sent later, but arrived together with the others: something on the way had held them back, and lets them go at once. */
    private boolean burst(long sentAt, long arrivedAt) {
        long arrivalStep = arrivedAt - groupArrived;
        long delayStep = arrivalStep - (sentAt - groupSentLast);
        return delayStep < 0 && arrivalStep <= GROUP && arrivedAt - groupArrivedFirst < MAX_BURST;
    }

    private void begin(long sentAt, long arrivedAt) {
        begun = true;
        groupSentFirst = groupSentLast = sentAt;
        groupArrivedFirst = groupArrived = arrivedAt;
    }

    private void reset() {
        hasPrevious = false;
        samples = 0;
        accumulated = smoothed = 0;
        overusing = -1;
        overuses = 0;
        previousTrend = 0;
        verdict = Verdict.NORMAL;
    }

    private void difference(long sentStep, long arrivalStep, long arrivedAt) {
        if (arrivalStep < 0) return; // groups overtook each other
        double step = (arrivalStep - sentStep) / 1e6;
        if (samples == 0) firstArrival = arrivedAt;
        accumulated += step;
        smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * accumulated;
        int at = samples++ % WINDOW;
        times[at] = (arrivedAt - firstArrival) / 1e6;
        delays[at] = smoothed;
        double slope = samples < WINDOW ? 0 : slope();
        double rise = slope * (times[at] - times[samples % WINDOW]);
        detect(Math.min(samples, FULL_GAIN_AT) * slope * GAIN, rise, sentStep / 1e6, arrivedAt);
    }

    private double slope() {
        double meanTime = 0;
        double meanDelay = 0;
        for (int i = 0; i < WINDOW; i++) {
            meanTime += times[i] / WINDOW;
            meanDelay += delays[i] / WINDOW;
        }
        double product = 0;
        double square = 0;
        for (int i = 0; i < WINDOW; i++) {
            product += (times[i] - meanTime) * (delays[i] - meanDelay);
            square += (times[i] - meanTime) * (times[i] - meanTime);
        }
        return square == 0 ? 0 : product / square;
    }

    private void detect(double trend, double rise, double sentMillis, long at) {
        if (trend > threshold && rise > MIN_RISE) {
            overusing = overusing < 0 ? sentMillis / 2 : overusing + sentMillis;
            overuses++;
            if (overusing > OVERUSE_MILLIS && overuses > 1 && trend >= previousTrend) {
                overusing = 0;
                overuses = 0;
                verdict = Verdict.OVERUSE;
            }
        } else {
            overusing = -1;
            overuses = 0;
            verdict = trend < -threshold ? Verdict.UNDERUSE : Verdict.NORMAL;
        }
        previousTrend = trend;
        adapt(Math.abs(trend), at);
    }

    private void adapt(double size, long at) {
        if (thresholdAt == 0) thresholdAt = at;
        if (size <= threshold + TOO_FAR) {
            double up = shared ? ADAPT_UP_SHARED : ADAPT_UP;
            double down = shared ? ADAPT_DOWN_SHARED : ADAPT_DOWN;
            threshold += (size < threshold ? down : up) * (size - threshold) * Math.clamp((at - thresholdAt) / 1e6, 0, 100);
            threshold = Math.clamp(threshold, MIN_THRESHOLD, MAX_THRESHOLD);
        }
        thresholdAt = at;
    }
}
