package io.stoa.simulation;

import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.SplittableRandom;

/**
 * A network with a clock of its own. Time jumps from event to event, so minutes pass in milliseconds; it stands still while a DTLS
 * handshake computes on its thread. Everything random comes from the seed.
 *
 * <p>DTLS handshake records are delivered whatever the link does, because their retransmission keeps real time; should one be lost
 * nevertheless (a side may not be ready for it), virtual time slows down until it comes again.
 */
final class VirtualNet {
    private static final long PATIENCE = 20 * Time.SECOND;

    private static final long LEISURE = 5 * Time.MILLI;

    final long seed;
    final SplittableRandom random;
    private final PriorityQueue<Datagram> way = new PriorityQueue<>(Comparator.comparingLong(Datagram::at).thenComparingLong(Datagram::number));
    private final PriorityQueue<Script> scripts = new PriorityQueue<>(Comparator.comparingLong(Script::at).thenComparingLong(Script::number));
    private final List<Station> stations = new ArrayList<>();
    private final Map<TransportAddress, Station> addresses = new HashMap<>();
    private final Thread driver = Thread.currentThread();
    private long now;
    private long counter;

    private record Datagram(long at, long number, TransportAddress from, TransportAddress to, byte[] bytes) {}

    private record Script(long at, long number, Runnable action) {}

    private VirtualNet(long seed, long start) {
        this.seed = seed;
        random = new SplittableRandom(seed);
        now = start;
    }

    static VirtualNet seeded(long seed) {
        return startingAt(seed, 1_000 * Time.SECOND);
    }

    /** Monotonic time may begin anywhere, also below zero. */
    static VirtualNet startingAt(long seed, long start) {
        System.out.println("virtual network, seed " + seed);
        return new VirtualNet(seed, start);
    }

    Link link() {
        return new Link(random.split());
    }

    long now() {
        return now;
    }

    boolean driving() {
        return Thread.currentThread() == driver;
    }

    void add(Station station) {
        stations.add(station);
    }

    void remove(Station station) {
        stations.remove(station);
        addresses.values().removeIf(s -> s == station);
    }

    /** What is sent to this address arrives at the station. */
    void bind(TransportAddress address, Station station) {
        addresses.put(address, station);
    }

    void unbind(TransportAddress address) {
        addresses.remove(address);
    }

    Station at(TransportAddress address) {
        return addresses.get(address);
    }

    /** Puts a datagram on its way; takes the array. */
    void send(Link link, TransportAddress from, TransportAddress to, byte[] bytes) {
        link.sent++;
        boolean handshake = bytes.length > 0 && (bytes[0] == 20 || bytes[0] == 22);
        int copies = !handshake && link.random.nextDouble() < link.duplication ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            if (!handshake && (link.random.nextDouble() < link.loss || link.lost.test(bytes))) {
                link.dropped++;
                continue;
            }
            long turn = handshake ? 0 : link.nextTurn(now, bytes.length);
            if (turn < 0) {
                link.dropped++;
                continue;
            }
            way.add(new Datagram(now + turn + link.nextDelay(), counter++, from, to, i == 0 ? bytes : bytes.clone()));
        }
    }

    /** Runs an action at a moment from now. */
    void in(long nanos, Runnable action) {
        scripts.add(new Script(now + nanos, counter++, action));
    }

    void run(long nanos) {
        runUntil(() -> false, nanos);
    }

    /** @return whether it came true in time */
    boolean runUntil(BooleanSupplier done, long nanos) {
        long end = now + nanos;
        while (true) {
            settle();
            if (done.getAsBoolean()) return true;
            long next = nextEvent();
            if (next == Time.NEVER || next - end > 0) {
                now = end;
                return done.getAsBoolean();
            }
            if (lags()) next = atLeisure(next);
            if (next - now > 0) now = next;
            step();
        }
    }

    private boolean lags() {
        for (int i = 0; i < stations.size(); i++) if (stations.get(i).lags(now)) return true;
        return false;
    }

    /** Lets time pass only a little faster than it really does. */
    private long atLeisure(long next) {
        LockSupport.parkNanos(Time.MILLI);
        return next - now > LEISURE ? now + LEISURE : next;
    }

    private long nextEvent() {
        long next = way.isEmpty() ? Time.NEVER : way.peek().at;
        if (!scripts.isEmpty()) next = Time.earlier(next, scripts.peek().at);
        for (int i = 0; i < stations.size(); i++) next = Time.earlier(next, stations.get(i).nextWake());
        return next;
    }

    private void step() {
        while (!way.isEmpty() && way.peek().at - now <= 0) {
            Datagram datagram = way.poll();
            Station to = addresses.get(datagram.to);
            if (to != null) to.receive(now, datagram.to, datagram.from, datagram.bytes);
        }
        while (!scripts.isEmpty() && scripts.peek().at - now <= 0) scripts.poll().action.run();
        for (int i = 0; i < stations.size(); i++) stations.get(i).turn(now);
    }

    /** Until nobody has anything left to do at this moment. */
    void settle() {
        long begun = System.nanoTime();
        while (true) {
            boolean moved = false;
            boolean quiescent = true;
            for (int i = 0; i < stations.size(); i++) {
                quiescent &= stations.get(i).quiescent();
                moved |= stations.get(i).settle(now);
            }
            if (moved) continue;
            if (quiescent) return;
            if (System.nanoTime() - begun > PATIENCE) fail("a handshake or a negotiation does not end, seed %d", seed);
            LockSupport.parkNanos(20_000);
        }
    }
}
