package io.stoa.bwe;

import io.stoa.base.Drop;
import io.stoa.base.Time;

/**
 * How much one connection carries, as its sender learns it from transport-wide feedback; from REMB where that is all there is. Knows
 * sizes and times, never packets. Nothing is allocated per packet; the history grows while more is in flight than it holds.
 *
 * <p>{@link #sent} for every packet that carries a transport-wide number, {@link #sentBeside} for the others, {@link #feedback} for what
 * the receiver tells, {@link #tick} about ten times a second.
 */
public final class SendSideEstimator {
    /** Before anything is known: enough for a picture of full size; probes find out about more. */
    public static final long START_BPS = 3_000_000;

    public static final long MIN_BPS = 30_000;
    public static final long MAX_BPS = 1_000_000_000;
    private static final long SILENCE = 1_500 * Time.MILLI;
    private static final long REMB_VALID = 10 * Time.SECOND;
    private static final int MIN_PROBE_BYTES = 6_000;
    private static final int MAX_PROBE_BYTES = 500_000;
    private static final int BESIDE_LIMIT = 64_000;
    /** So long after a probe its queue may stand on the way: what is sent in it tells nothing about the other packets' delays. */
    private static final long PROBE_SHADOW = 200 * Time.MILLI;

    private final SentPackets history = new SentPackets();
    private final FeedbackView view = new FeedbackView();
    private final AcknowledgedRate acknowledged = new AcknowledgedRate();
    private final DelayTrend trend = new DelayTrend();
    private final StandingQueue queue = new StandingQueue();
    private final RateControl control = new RateControl(START_BPS, MIN_BPS, MAX_BPS);
    private final LossBound losses = new LossBound();
    private final ProbeMeter probes = new ProbeMeter();
    private long roundTrip = 100 * Time.MILLI;
    private int beside;
    private int probe;
    private int probeBytes;
    private int probeLeft;
    private long probeRate;
    private long probeBegan = Time.NEVER;
    private long probeUntil = Time.NEVER;
    private long shadowUntil = Time.NEVER;
    private long lostSentAt = Time.NEVER;
    private long highestTold = -1;
    private boolean told;
    private long toldAt;
    private long sentSinceTold;
    private long remb;
    private long rembAt;
    private long probeResult;

    // -- what happens

    /** @return the transport-wide sequence number of the packet */
    public int sent(long now, int bytes) {
        if (sentSinceTold++ == 0 && !told) toldAt = now;
        int number = probe;
        if (number != 0 && (probeLeft -= bytes) <= 0) probe = 0;
        int carried = Math.min(SentPackets.MAX_BYTES, bytes + beside);
        beside = 0;
        return history.add(now, carried, number);
    }

    /** A packet without such a number (audio): its bytes count as a part of the next one that has one. */
    public void sentBeside(int bytes) {
        beside = Math.min(BESIDE_LIMIT, beside + bytes);
    }

    public void roundTrip(long nanos) {
        if (nanos > 0) roundTrip = nanos;
    }

    /**
     * An RTCP packet of type 205, format 15.
     *
     * @return null if it was of use, else why not
     */
    public Drop feedback(long now, byte[] bytes, int offset, int length) {
        Drop fault = view.set(bytes, offset, length);
        if (fault != null) return fault;
        int known = 0;
        double probed = 0;
        while (view.next()) {
            if (!history.find(view.seq())) continue;
            known++;
            if (view.received()) probed = Math.max(probed, arrived(now));
            else if (!history.toldLost()) {
                history.told(false);
                losses.lost();
                lostSentAt = history.sentAt(now);
            }
        }
        if (known == 0) return Drop.TRANSPORT_FEEDBACK_UNKNOWN;
        told = true;
        toldAt = now;
        sentSinceTold = 0;
        update(now, probed);
        return null;
    }

    private double arrived(long now) {
        if (history.toldLost()) losses.cameLate();
        else losses.arrived();
        history.told(true);
        long sentAt = history.sentAt(now);
        acknowledged.arrived(view.arrivedAt(), history.bytes());
        if (history.index() > highestTold) {
            highestTold = history.index();
            queue.arrived(sentAt, view.arrivedAt());
            if (probeBegan == Time.NEVER || sentAt - probeBegan < 0 || sentAt - shadowUntil > 0) trend.arrived(sentAt, view.arrivedAt());
        }
        return history.probe() == 0 ? 0 : probes.arrived(history.probe(), history.bytes(), sentAt, view.arrivedAt());
    }

    private void update(long now, double probed) {
        trend.shared(queue.stands());
        control.shared(queue.stands());
        if (probed > 0) {
            probeResult = (long) probed;
            losses.carried(probed);
            control.set(Math.max(probed, Math.min(control.bps(), acknowledged.bps())));
        } else {
            control.update(now, trend.verdict(), acknowledged.bps(), roundTrip);
            if (lostSentAt != Time.NEVER) control.lost(now, lostSentAt, acknowledged.bps());
        }
        lostSentAt = Time.NEVER;
        losses.update(now, control.bps(), acknowledged.bps());
    }

    /** REMB (draft-alvestrand-rmcat-remb-03): counts only where no transport-wide feedback comes. */
    public void remb(long now, long bps) {
        remb = Math.clamp(bps, MIN_BPS, MAX_BPS);
        rembAt = now;
    }

    /** Feedback that stays away although packets are sent: the way back, or the whole path, is gone. */
    public void tick(long now) {
        if (probe != 0 && Time.due(probeUntil, now)) probe = 0;
        if (!told || sentSinceTold < 10 || now - toldAt < SILENCE) return;
        toldAt = now - SILENCE + Time.SECOND;
        control.halve();
    }

    // -- probing

    /**
     * Packets of the next time belong to a probe at that rate. The caller sees to it that there are enough of them: it asks for
     * {@link #probeBytesDue} every few milliseconds while {@link #probing}.
     */
    public void probe(long now, long bps, long nanos) {
        probeRate = Math.clamp(bps, MIN_BPS, MAX_BPS);
        int bytes = (int) Math.clamp(probeRate / 8 * Math.clamp(nanos, 0, Time.SECOND) / Time.SECOND, MIN_PROBE_BYTES, MAX_PROBE_BYTES);
        long lasts = bytes * 8L * Time.SECOND / probeRate;
        probe = probes.begin(bytes);
        probeBytes = probeLeft = bytes;
        probeBegan = now;
        probeUntil = now + 2 * lasts;
        probeResult = 0;
        shadowUntil = now + lasts + PROBE_SHADOW;
    }

    public boolean probing() {
        return probe != 0;
    }

    /** How many bytes the probe is behind its rate. */
    public int probeBytesDue(long now) {
        if (probe == 0) return 0;
        long wanted = Math.min(probeBytes, MIN_PROBE_BYTES / 6 + (now - probeBegan) / Time.MICRO * probeRate / 8_000_000);
        return (int) Math.max(0, wanted - (probeBytes - probeLeft));
    }

    /** What the last probe has found, 0 as long as it has found nothing. */
    public long probeResult() {
        return probeResult;
    }

    // -- what is known

    /** Whether a receiver has ever told anything. */
    public boolean known() {
        return told || remb > 0;
    }

    /** Whether {@link #bps} comes of transport-wide feedback, so that probes are understood. */
    public boolean sendSide() {
        return told;
    }

    public long bps(long now) {
        if (!told && remb > 0) return now - rembAt < REMB_VALID ? remb : Math.min(remb, START_BPS);
        return (long) Math.max(MIN_BPS, Math.min(control.bps(), losses.bps()));
    }

    /** What arrives. */
    public long acknowledgedBps() {
        return (long) acknowledged.bps();
    }

    /** Share of packets that this path loses whatever is sent. */
    public double inherentLoss() {
        return losses.inherent();
    }
}
