package io.stoa.service.agent;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A desk on a thread of its own. A task that fails is reported, the next one is done. */
final class ExecutorDesk implements Desk {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorDesk.class);

    private final ScheduledExecutorService thread;

    ExecutorDesk(ScheduledExecutorService thread) {
        this.thread = thread;
    }

    @Override
    public void post(Runnable task) {
        after(0, task);
    }

    @Override
    public void after(long millis, Runnable task) {
        try {
            thread.schedule(() -> run(task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("nothing is done any more");
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("something about agents failed", e);
        }
    }

    @Override
    public long millis() {
        return System.currentTimeMillis();
    }
}
