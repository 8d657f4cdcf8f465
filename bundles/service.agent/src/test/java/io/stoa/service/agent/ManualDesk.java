package io.stoa.service.agent;

import java.util.ArrayDeque;
import java.util.PriorityQueue;

/** A desk on the caller's thread, or on that of whoever is at it, with a clock that is turned by hand. */
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
        synchronized (this) {
            waiting.add(task);
            if (busy) return;
            busy = true;
        }
        for (Runnable next; (next = next()) != null; ) run(next);
    }

    private synchronized Runnable next() {
        Runnable next = waiting.poll();
        busy = next != null;
        return next;
    }

    private void run(Runnable task) {
        boolean done = false;
        try {
            task.run();
            done = true;
        } finally {
            if (!done) next();
        }
    }

    @Override
    public synchronized void after(long millis, Runnable task) {
        later.add(new Later(now + millis, order++, task));
    }

    @Override
    public synchronized long millis() {
        return now;
    }

    void pass(long millis) {
        long until = millis() + millis;
        for (Runnable next; (next = due(until)) != null; ) post(next);
    }

    private synchronized Runnable due(long until) {
        if (later.isEmpty() || later.peek().at > until) {
            now = until;
            return null;
        }
        Later next = later.poll();
        now = Math.max(now, next.at);
        return next.task;
    }
}
