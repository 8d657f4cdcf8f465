package io.stoa.bwe;

import io.stoa.base.Time;
import java.util.ArrayDeque;

/**
 * A bulk transfer over the same line: a window of segments, clocked by acknowledgements, of which each is told alone (as by SACK). Three
 * later ones acknowledged mean that a segment is lost (RFC 6675 section 4), of which one window counts once; silence means that all are.
 */
final class TcpFlow {
    /** How its window grows and shrinks. */
    enum Rule {
        /** RFC 5681. */
        RENO(0.5),
        /** RFC 9438. */
        CUBIC(0.7);

        private final double beta;

        Rule(double beta) {
            this.beta = beta;
        }
    }

    private static final double FIRST_WINDOW = 10;
    private static final double MIN_WINDOW = 2;
    private static final int REORDERING = 3;
    private static final double CUBIC_C = 0.4;
    private static final long MIN_TIMEOUT = Time.SECOND;

    private final Rule rule;
    private final long startsAt;
    private final long endsAt;
    /** In the order of sending. */
    private final ArrayDeque<Segment> flying = new ArrayDeque<>();
    private double window = FIRST_WINDOW;
    private double threshold = Double.POSITIVE_INFINITY;
    private long next;
    /** A loss before this number belongs to what the window was reduced for already. */
    private long recovery;
    private long heardAt;
    private long smoothedRoundTrip = 100 * Time.MILLI;
    private double windowAtLoss;
    private double renoWindow;
    private long epoch = Time.NEVER;

    record Segment(long number, long sentAt) {}

    TcpFlow(Rule rule, long startsAt, long endsAt) {
        this.rule = rule;
        this.startsAt = startsAt;
        this.endsAt = endsAt;
    }

    /** @return the number of the segment that may leave now, -1: none */
    long send(long now) {
        if (now - startsAt < 0 || now - endsAt >= 0) return -1;
        if (flying.isEmpty()) heardAt = now;
        else if (now - heardAt > Math.max(MIN_TIMEOUT, 2 * smoothedRoundTrip)) timeOut(now);
        if (flying.size() >= (int) window) return -1;
        flying.add(new Segment(next, now));
        return next++;
    }

    private void timeOut(long now) {
        reduce();
        window = 1;
        flying.clear();
        recovery = next;
        heardAt = now;
    }

    void acknowledged(long now, long number) {
        heardAt = now;
        for (var each = flying.iterator(); each.hasNext(); ) {
            Segment segment = each.next();
            if (segment.number > number) break;
            if (segment.number == number) {
                each.remove();
                smoothedRoundTrip += (now - segment.sentAt - smoothedRoundTrip) / 8;
                if (number >= recovery) grow(now);
            } else if (segment.number <= number - REORDERING) {
                each.remove();
                if (segment.number < recovery) continue;
                reduce();
                recovery = next;
            }
        }
    }

    private void reduce() {
        // Fast convergence: who is losing room leaves some more of it (RFC 9438 section 4.7).
        windowAtLoss = window < windowAtLoss ? window * (1 + rule.beta) / 2 : window;
        window = threshold = Math.max(MIN_WINDOW, window * rule.beta);
        epoch = Time.NEVER;
    }

    private void grow(long now) {
        if (window < threshold) window++;
        else if (rule == Rule.RENO) window += 1 / window;
        else growCubic(now);
    }

    private void growCubic(long now) {
        if (epoch == Time.NEVER) {
            epoch = now;
            renoWindow = window;
        }
        double falls = Math.cbrt(Math.max(0, windowAtLoss - threshold) / CUBIC_C);
        double seconds = (now - epoch + smoothedRoundTrip) / 1e9 - falls;
        double target = Math.clamp(windowAtLoss + CUBIC_C * seconds * seconds * seconds, window, 1.5 * window);
        renoWindow += (renoWindow < windowAtLoss ? 3 * (1 - rule.beta) / (1 + rule.beta) : 1) / window;
        window = Math.max(renoWindow, window + (target - window) / window);
    }
}
