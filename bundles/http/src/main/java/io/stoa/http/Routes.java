package io.stoa.http;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Who answers which path. Whoever went a moment ago is probably being replaced: requests wait for the next one. While the server starts they
 * wait for whoever it may be.
 */
final class Routes {
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** What comes with a start comes a moment after it at the latest. */
    static final long AFTER_START_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The longest path first, of one path the highest ranking, then whoever was there first. */
    private record Offer(HttpRoute route, int ranking, long id) {
        private static final Comparator<Offer> BEST = Comparator.comparingInt((Offer offer) -> offer.route.path().length())
                .thenComparingInt(Offer::ranking)
                .reversed()
                .thenComparingLong(Offer::id);
    }

    /** @param gone paths that nobody answers now, with the time until which somebody is waited for */
    private record Table(List<Offer> offers, Map<String, Long> gone) {
        Offer offer(String path) {
            for (Offer offer : offers) if (matches(offer.route.path(), path)) return offer;
            return null;
        }

        /** Until when a better answer than the present one is waited for; {@code now} if none is. */
        long deadline(String path, int length, long now) {
            long deadline = now;
            for (Map.Entry<String, Long> one : gone.entrySet())
                if (one.getKey().length() > length && matches(one.getKey(), path) && one.getValue() - deadline > 0) deadline = one.getValue();
            return deadline;
        }
    }

    private final LongSupplier nanos;
    private volatile Table table = new Table(List.of(), Map.of());
    private boolean starting;
    private long startedAt;
    /** The start is over, and what comes with it is there. */
    private volatile boolean settled = true;

    Routes(LongSupplier nanos) {
        this.nanos = nanos;
    }

    private static boolean matches(String mine, String path) {
        return mine.endsWith("/") ? path.startsWith(mine) : path.equals(mine);
    }

    synchronized void add(HttpRoute route, int ranking, long id) {
        Map<String, Long> gone = new HashMap<>(table.gone);
        gone.remove(route.path());
        set(Stream.concat(table.offers.stream(), Stream.of(new Offer(route, ranking, id))).sorted(Offer.BEST).toList(), gone);
    }

    synchronized void remove(HttpRoute route) {
        List<Offer> left = table.offers.stream().filter(offer -> offer.route != route).toList();
        Map<String, Long> gone = new HashMap<>(table.gone);
        if (left.stream().noneMatch(offer -> offer.route.path().equals(route.path()))) gone.put(route.path(), nanos.getAsLong() + PATIENCE_NANOS);
        set(left, gone);
    }

    /** Somebody answered these until a moment ago. */
    synchronized void expect(Collection<String> paths) {
        Map<String, Long> gone = new HashMap<>(table.gone);
        for (String path : paths)
            if (table.offers.stream().noneMatch(offer -> offer.route.path().equals(path))) gone.put(path, nanos.getAsLong() + PATIENCE_NANOS);
        set(table.offers, gone);
    }

    synchronized void starting() {
        starting = true;
        settled = false;
    }

    synchronized void started() {
        starting = false;
        startedAt = nanos.getAsLong();
        notifyAll();
    }

    private void set(List<Offer> offers, Map<String, Long> gone) {
        table = new Table(offers, Map.copyOf(gone));
        notifyAll();
    }

    /** Those that are answered, and those that are waited for. */
    Collection<String> paths() {
        Table all = table;
        long now = nanos.getAsLong();
        Stream<String> awaited = all.gone.entrySet().stream().filter(one -> one.getValue() - now > 0).map(Map.Entry::getKey);
        return Stream.concat(all.offers.stream().map(offer -> offer.route.path()), awaited).distinct().toList();
    }

    /** May wait for {@link #PATIENCE_NANOS}, and for the end of a start. @return null for a path that nobody answers */
    HttpRoute of(String path) throws InterruptedException {
        Table present = table;
        Offer offer = present.gone.isEmpty() ? present.offer(path) : best(path);
        if (offer == null && !settled) offer = best(path);
        return offer == null ? null : offer.route;
    }

    /** @return null for a path that nobody answers at present */
    HttpRoute now(String path) {
        Offer offer = table.offer(path);
        return offer == null ? null : offer.route;
    }

    /** Nanoseconds. */
    private long untilSettled(long now) {
        if (starting) return PATIENCE_NANOS; // and once more
        long left = startedAt + AFTER_START_NANOS - now;
        settled = left <= 0;
        return left;
    }

    private synchronized Offer best(String path) throws InterruptedException {
        while (true) {
            Offer offer = table.offer(path);
            long now = nanos.getAsLong();
            long left = table.deadline(path, offer == null ? -1 : offer.route.path().length(), now) - now;
            if (offer == null && !settled) left = Math.max(left, untilSettled(now));
            if (left <= 0) return offer;
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }
}
