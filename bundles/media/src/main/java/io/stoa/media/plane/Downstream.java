package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.bwe.Pacer;
import io.stoa.bwe.SendSideEstimator;
import io.stoa.media.DownstreamSettings;
import io.stoa.peer.Peer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one client gets over its connection: spends the estimate over its video (every 100 ms, and when something changes), spreads bursts
 * (hop 12), and sends probes where more is wanted than is known to go. Audio goes first: it is taken off the budget, and never waits.
 *
 * <p>Belongs to the peer's loop. Nothing here costs anything per packet as long as nothing waits, but the pacer's sum.
 */
final class Downstream {
    /** Packets leave so much faster than the estimate: a frame does not take as long as the time to the next one. */
    private static final double PACING = 2.5;
    /** What waits leaves in less than this time, should everything be sent that was granted. */
    private static final double MIN_PACING = 1.5;
    private static final int MAX_WAITING = 1_024;
    private static final long PROBE_LASTS = 60 * Time.MILLI;
    private static final long PROBE_STEP = 4 * Time.MILLI;
    private static final long FIRST_PROBE_SPACING = 300 * Time.MILLI;
    /** As often as libwebrtc's senders probe that have less to send than they might: a line that became wide is seen within that time. */
    private static final long MAX_PROBE_SPACING = 5 * Time.SECOND;
    private static final double PROBE_ABOVE = 1.1;
    private static final int MAX_PROBE_FACTOR = 3;
    /** A probe was worth it if the estimate rose by so much. */
    private static final double PROGRESS = 1.1;

    private final Peer peer;
    private final List<SubscriptionTrack> video = new ArrayList<>();
    private final BandwidthAllocator allocator = new BandwidthAllocator();
    private final Pacer pacer = new Pacer();
    private Ladder[] ladders = {};
    private DownstreamSettings settings = DownstreamSettings.DEFAULT;
    private boolean changed;
    private int audioBytes;
    private double audioBps;
    private long audioSince = Time.NEVER;

    private SubscriptionTrack[] waitingTrack;
    private int[] waitingSeq;
    private int head;
    private int waiting;

    private long probeSpacing = FIRST_PROBE_SPACING;
    private long probeAfter = Time.NEVER;
    private long estimateBefore;
    private boolean judging;
    private int probeTurn;

    Downstream(Peer peer) {
        this.peer = peer;
    }

    void settings(long now, DownstreamSettings next) {
        if (next.maxBps() != settings.maxBps()) allocator.release();
        settings = next;
        changed = true;
    }

    /** Something has changed by which more or less may be sent: it is decided at the end of the turn. */
    void changed() {
        changed = true;
    }

    /** Again if the track comes in another codec. */
    void add(SubscriptionTrack track) {
        if (!video.contains(track)) video.add(track);
        changed = true;
    }

    void remove(SubscriptionTrack track) {
        video.remove(track);
        changed = true;
    }

    void sentAudio(int bytes) {
        audioBytes += bytes;
    }

    // -- the budget

    /** Every 100 ms. */
    void tick(long now) {
        if (audioSince == Time.NEVER) audioSince = now;
        if (now - audioSince >= 100 * Time.MILLI) {
            double rate = audioBytes * 8e9 / (now - audioSince);
            audioBps += (rate - audioBps) * 0.1;
            audioBytes = 0;
            audioSince = now;
        }
        SendSideEstimator estimator = peer.estimator();
        if (estimator != null) estimator.tick(now);
        if (!video.isEmpty()) allocate(now);
        if (estimator != null) {
            pacer.rate(now, estimator.known() ? (long) Math.max(PACING * estimator.bps(now), MIN_PACING * allocator.used()) : 0);
            considerProbe(now, estimator);
        }
    }

    /** At the end of a turn. */
    void settle(long now) {
        if (!changed) return;
        changed = false;
        if (!video.isEmpty()) allocate(now);
    }

    private long budget(long now) {
        SendSideEstimator estimator = peer.estimator();
        long path = estimator == null ? Long.MAX_VALUE : estimator.bps(now);
        if (settings.maxBps() > 0) path = Math.min(path, settings.maxBps());
        return path == Long.MAX_VALUE ? path : Math.max(0, path - (long) audioBps);
    }

    private void allocate(long now) {
        if (ladders.length < video.size()) grow();
        int count = 0;
        for (int i = 0; i < video.size(); i++) {
            SubscriptionTrack track = video.get(i);
            if (!track.describe(track.ladder)) {
                track.ladder.priority = 0;
                continue;
            }
            // Insertion by priority: the order is nearly always the one of last time.
            int at = count++;
            for (; at > 0 && ladders[at - 1].priority < track.ladder.priority; at--) ladders[at] = ladders[at - 1];
            ladders[at] = track.ladder;
        }
        allocator.allocate(now, ladders, count, budget(now), settings.mayPause());
        for (int i = 0; i < video.size(); i++) if (video.get(i).ladder.priority > 0) video.get(i).grant(now);
    }

    private void grow() {
        ladders = new Ladder[Math.max(4, video.size() * 2)];
    }

    // -- hop 12

    /**
     * Whether a packet may leave now. If not, it has been put at the end of the queue, or left out if that is full.
     */
    boolean pass(long now, SubscriptionTrack track, int seq, int bytes) {
        if (waiting == 0 && pacer.pass(now, bytes)) return true;
        if (waiting == MAX_WAITING) {
            track.owner.drops().count(Drop.SEND_QUEUE_FULL);
            return false;
        }
        if (waitingTrack == null) {
            waitingTrack = new SubscriptionTrack[MAX_WAITING];
            waitingSeq = new int[MAX_WAITING];
        }
        int at = head + waiting++ & MAX_WAITING - 1;
        waitingTrack[at] = track;
        waitingSeq[at] = seq;
        track.owner.touch();
        return false;
    }

    /** A retransmission does not wait, but what comes after it does. */
    void spend(long now, int bytes) {
        pacer.spend(now, bytes);
    }

    private void drain(long now) {
        while (waiting > 0 && pacer.nextPass(now) - now <= 0) {
            SubscriptionTrack track = waitingTrack[head];
            waitingTrack[head] = null;
            int seq = waitingSeq[head];
            head = head + 1 & MAX_WAITING - 1;
            waiting--;
            pacer.spend(now, track.sendWaiting(now, seq));
        }
    }

    int waiting() {
        return waiting;
    }

    long nextWake(long now) {
        long next = waiting == 0 ? Time.NEVER : pacer.nextPass(now);
        SendSideEstimator estimator = peer.estimator();
        if (estimator != null && estimator.probing()) next = Time.earlier(next, now + PROBE_STEP);
        return next;
    }

    void wake(long now) {
        if (waiting > 0) drain(now);
        SendSideEstimator estimator = peer.estimator();
        if (estimator != null && estimator.probing()) pad(now, estimator);
    }

    // -- probes

    /** More is wanted than the estimate allows: find out. The less came of it, the longer until the next one. */
    private void considerProbe(long now, SendSideEstimator estimator) {
        if (!estimator.sendSide() || estimator.probing()) return;
        if (probeAfter != Time.NEVER && now - probeAfter < 0) return;
        long estimate = estimator.bps(now);
        if (judging) {
            judging = false;
            boolean progress = estimate > PROGRESS * estimateBefore;
            probeSpacing = progress ? FIRST_PROBE_SPACING : Math.min(MAX_PROBE_SPACING, Math.max(Time.SECOND, probeSpacing * 2));
            if (!progress) {
                probeAfter = now + probeSpacing;
                return;
            }
        }
        long wanted = (long) (PROBE_ABOVE * (allocator.wanted() + audioBps));
        boolean capped = settings.maxBps() > 0 && settings.maxBps() <= estimate;
        if (allocator.wanted() == 0 || wanted <= estimate || capped || waiting > 0) return;
        estimateBefore = estimate;
        judging = true;
        estimator.probe(now, Math.min(wanted + wanted / 4, MAX_PROBE_FACTOR * estimate), PROBE_LASTS);
        probeAfter = now + PROBE_LASTS * 2 + peer.roundTripNanos() + FIRST_PROBE_SPACING;
        pad(now, estimator);
        video.getFirst().owner.touch();
    }

    /** Copies of what was sent lately; padding where there is nothing of the kind. */
    private void pad(long now, SendSideEstimator estimator) {
        for (int i = 0; i < video.size() && estimator.probeBytesDue(now) > 0; i++) {
            SubscriptionTrack track = video.get(probeTurn++ % video.size());
            while (estimator.probeBytesDue(now) > 0) if (track.pad(now) == 0) break;
        }
    }
}
