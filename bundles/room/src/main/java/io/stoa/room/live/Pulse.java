package io.stoa.room.live;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Time for rooms: what time it is, and tasks that come later. Scenarios bring their own. */
interface Pulse {
    /** Unix time. */
    long millis();

    /** Runs once after the delay, on any thread. */
    void after(long delayMillis, Runnable task);

    static Pulse of(ScheduledExecutorService scheduler) {
        return new Pulse() {
            @Override
            public long millis() {
                return System.currentTimeMillis();
            }

            @Override
            public void after(long delayMillis, Runnable task) {
                if (!scheduler.isShutdown()) scheduler.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
            }
        };
    }
}
