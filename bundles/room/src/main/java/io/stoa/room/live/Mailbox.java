package io.stoa.room.live;

import io.stoa.room.RoomException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One drain at a time, on a virtual thread; in between nobody owns a thread. */
final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final long CALL_SECONDS = 10;

    interface Work<T> {
        T run() throws RoomException;
    }

    private final String name;
    private final Executor executor;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean draining;
    private volatile Thread owner;

    Mailbox(String name, Executor executor) {
        this.name = name;
        this.executor = executor;
    }

    boolean owns() {
        return Thread.currentThread() == owner;
    }

    void post(Runnable task) {
        synchronized (queue) {
            queue.add(task);
            if (draining) return;
            draining = true;
        }
        executor.execute(this::drain);
    }

    private void drain() {
        owner = Thread.currentThread();
        while (true) {
            Runnable task;
            synchronized (queue) {
                task = queue.poll();
                if (task == null) {
                    draining = false;
                    owner = null;
                    return;
                }
            }
            try {
                task.run();
            } catch (RuntimeException | AssertionError e) {
                LOG.error("room {}: a task failed", name, e);
            }
        }
    }

    /** Waits until the work was done in its turn. */
    <T> T call(Work<T> work) throws RoomException {
        if (owns()) return work.run();
        CompletableFuture<T> result = new CompletableFuture<>();
        post(() -> {
            try {
                result.complete(work.run());
            } catch (RoomException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return await(result.orTimeout(CALL_SECONDS, TimeUnit.SECONDS));
    }

    /** Not on the mailbox: the caller's thread waits for what the mailbox will complete. */
    static <T> T await(CompletableFuture<T> result) throws RoomException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RoomException known) throw known;
            if (e.getCause() instanceof TimeoutException late)
                throw new RoomException(RoomException.Code.DEADLINE_EXCEEDED, "the room did not answer within " + CALL_SECONDS + " s", late);
            throw new RoomException(RoomException.Code.INTERNAL, "operation cannot be completed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoomException(RoomException.Code.UNAVAILABLE, "interrupted", e);
        }
    }
}
