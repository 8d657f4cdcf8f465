package io.stoa.bwe;

import io.stoa.base.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * A sender that sends what its estimator allows, a bottleneck with a queue, and a receiver that reports by {@link TransportFeedback}. Time
 * is virtual, in steps of a millisecond; randomness is by seed.
 */
final class Path {
    static final int PACKET = 1_200;
    private static final long STEP = Time.MILLI;

    final SendSideEstimator estimator = new SendSideEstimator();
    final SplittableRandom random;
    /** Bits per second by time since the beginning. */
    LongUnaryOperator capacity = t -> 1_000_000;
    /** What the sources have to send at most, in bits per second. */
    LongUnaryOperator demand = t -> Long.MAX_VALUE;
    /** Share lost at random, by seconds since the beginning. */
    DoubleUnaryOperator loss = s -> 0;
    /** One way, by time since the beginning. */
    LongUnaryOperator delay = t -> 20 * Time.MILLI;
    long jitter;
    /** Of the queue, in time at the present capacity. */
    long queueNanos = 300 * Time.MILLI;
    /** In the same queue. */
    final List<TcpFlow> rivals = new ArrayList<>();
    /** A probe whenever the estimate has not grown for so long; 0: never. */
    long probeEvery;

    private final TransportFeedback receiver = new TransportFeedback();
    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
    private final ArrayDeque<Long> queued = new ArrayDeque<>();
    private long number;
    private long now = 77 * Time.SECOND;
    private final long begun = now;
    private long lineFreeAt = now;
    private double owed;
    private long probedAt = now;
    /** Per 100 ms. */
    final List<Sample> samples = new ArrayList<>();
    private long arrivedBytes;
    private long rivalBytes;

    record Event(long at, long number, Runnable action) {}

    /** @param queue time that a packet would wait now */
    record Sample(double seconds, long estimate, long capacity, long arrivedBps, long rivalBps, double queueMillis) {}

    /** A bulk transfer by TCP in the same queue, between two times after the beginning. */
    void compete(TcpFlow.Rule rule, double fromSeconds, double toSeconds) {
        rivals.add(new TcpFlow(rule, begun + (long) (fromSeconds * 1e9), begun + (long) (toSeconds * 1e9)));
    }

    Path(long seed) {
        random = new SplittableRandom(seed);
    }

    private void in(long nanos, Runnable action) {
        events.add(new Event(now + nanos, number++, action));
    }

    Path run(double seconds) {
        long end = now + (long) (seconds * 1e9);
        for (; now < end; now += STEP) {
            while (!events.isEmpty() && events.peek().at <= now) events.poll().action.run();
            boolean rivalsFirst = random.nextBoolean();
            if (rivalsFirst) rivals.forEach(this::compete);
            sendAllowed();
            if (!rivalsFirst) rivals.forEach(this::compete);
            if (Time.due(receiver.nextWake(), now)) report();
            if ((now - begun) % (100 * Time.MILLI) == 0) sample();
        }
        return this;
    }

    private void sendAllowed() {
        long rate = Math.min(estimator.bps(now), demand.applyAsLong(now - begun));
        owed = Math.min(owed + rate / 8e9 * STEP, 4 * PACKET);
        for (; owed >= PACKET; owed -= PACKET) send();
        probe();
    }

    private void probe() {
        while (estimator.probeBytesDue(now) > 0) send();
        if (probeEvery == 0 || now - probedAt < probeEvery) return;
        probedAt = now;
        estimator.probe(now, estimator.bps(now) * 2, 60 * Time.MILLI);
    }

    private void send() {
        int seq = estimator.sent(now, PACKET);
        line(PACKET, () -> {
            receiver.received(now, seq);
            arrivedBytes += PACKET;
        });
    }

    private void compete(TcpFlow rival) {
        for (long number = rival.send(now); number >= 0; number = rival.send(now)) {
            long sent = number;
            line(PACKET, () -> {
                rivalBytes += PACKET;
                in(oneWay(), () -> rival.acknowledged(now, sent));
            });
        }
    }

    private long oneWay() {
        return delay.applyAsLong(now - begun);
    }

    private void line(int bytes, Runnable arrives) {
        long c = capacity.applyAsLong(now - begun);
        long waits = Math.max(0, lineFreeAt - now);
        if (waits > queueNanos || random.nextDouble() < loss.applyAsDouble((now - begun) / 1e9)) return;
        lineFreeAt = Math.max(now, lineFreeAt) + bytes * 8_000_000_000L / c;
        in(lineFreeAt - now + oneWay() + (jitter == 0 ? 0 : random.nextLong(jitter)), arrives);
    }

    private void report() {
        int length = receiver.write(now, 1, 2);
        if (length == 0) return;
        byte[] bytes = java.util.Arrays.copyOf(receiver.bytes(), length);
        in(oneWay(), () -> {
            estimator.roundTrip(2 * oneWay() + Math.max(0, lineFreeAt - now));
            estimator.feedback(now, bytes, 0, bytes.length);
        });
    }

    private void sample() {
        estimator.tick(now);
        samples.add(new Sample((now - begun) / 1e9, estimator.bps(now), capacity.applyAsLong(now - begun), arrivedBytes * 80, rivalBytes * 80, Math.max(0, lineFreeAt - now) / 1e6));
        arrivedBytes = rivalBytes = 0;
    }

    // -- judgement

    List<Sample> between(double from, double to) {
        return samples.stream().filter(s -> s.seconds >= from && s.seconds < to).toList();
    }

    /** Share of the capacity that arrived. */
    double utilisation(double from, double to) {
        return between(from, to).stream().mapToDouble(s -> s.arrivedBps / (double) s.capacity).average().orElse(0);
    }

    double rivalShare(double from, double to) {
        return between(from, to).stream().mapToDouble(s -> s.rivalBps / (double) s.capacity).average().orElse(0);
    }

    /** The highest estimate as a share of the capacity, but for three seconds after a step down. */
    double overshoot(double from, double to) {
        double highest = 0;
        for (int i = 0; i < samples.size(); i++) {
            Sample s = samples.get(i);
            boolean steppedDown = samples.get(Math.max(0, i - 30)).capacity > 1.25 * s.capacity;
            if (s.seconds >= from && s.seconds < to && !steppedDown) highest = Math.max(highest, s.estimate / (double) s.capacity);
        }
        return highest;
    }

    /** Seconds after a moment until the estimate stays between shares of the capacity for a second. */
    double settles(double from, double low, double high) {
        double since = -1;
        for (Sample s : samples) {
            if (s.seconds < from) continue;
            boolean inside = s.estimate >= low * s.capacity && s.estimate <= high * s.capacity;
            if (!inside) since = -1;
            else if (since < 0) since = s.seconds;
            if (since >= 0 && s.seconds - since >= 1) return since - from;
        }
        return Double.POSITIVE_INFINITY;
    }

    double queueMillis(double from, double to) {
        return between(from, to).stream().mapToDouble(Sample::queueMillis).average().orElse(0);
    }

    /** A line of the table in docs/benchmarks.md. */
    String row(String name, double from, double to, double settled) {
        String seconds = Double.isNaN(settled) ? "" : String.format(Locale.ROOT, "%.1f s", settled);
        String rival = rivals.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", rivalShare(from, to));
        return String.format(Locale.ROOT, "| %s | %s | %.2f | %.2f | %.0f ms | %s |", name, seconds, utilisation(from, to), overshoot(from, to), queueMillis(from, to), rival);
    }
}
