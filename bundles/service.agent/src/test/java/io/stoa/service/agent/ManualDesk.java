package io.stoa.service.agent;

import java.util.ArrayDeque;
import java.util.PriorityQueue;

/** A desk on the caller's thread, with a clock that is turned by hand. */
final class ManualDesk implements Desk {
    private record Later(long at, long order, Runnable task) {}

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final PriorityQueue<Later> later =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private long now = 1_700_000_000_000L;
    private long order;
    private boolean busy;

    @Override
    public void post(Runnable task) {
        waiting.add(task);
        if (busy) return;
        busy = true;
        try {
            for (Runnable next; (next = waiting.poll()) != null; ) next.run();
        } finally {
            busy = false;
        }
    }

    @Override
    public void after(long millis, Runnable task) {
        later.add(new Later(now + millis, order++, task));
    }

    @Override
    public long millis() {
        return now;
    }

    void pass(long millis) {
        long until = now + millis;
        while (!later.isEmpty() && later.peek().at <= until) {
            Later next = later.poll();
            now = Math.max(now, next.at);
            post(next.task);
        }
        now = until;
    }
}
