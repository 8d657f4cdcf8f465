package io.stoa.room.live;

import io.stoa.room.RoomException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One drain at a time, on a virtual thread; in between nobody owns a thread. */
final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final long CALL_SECONDS = 10;
    /** So many wait for something else to do. */
    static final int MOST_FOR_LATER = 32;

    interface Work<T> {
        T run() throws RoomException;
    }

    private final String name;
    private final Executor executor;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean draining;
    private volatile boolean sealed;
    private boolean shut;
    private boolean paused;
    private volatile Thread owner;

    Mailbox(String name, Executor executor) {
        this.name = name;
        this.executor = executor;
    }

    boolean owns() {
        return Thread.currentThread() == owner;
    }

    /** From now on nothing comes in from outside; what is in it, and what follows from that, is done. */
    void seal() {
        synchronized (queue) {
            sealed = true;
        }
    }

    /** It is open to the outside again. */
    void unseal() {
        synchronized (queue) {
            sealed = false;
        }
    }

    /** On the mailbox: from now on nothing is done. What comes from inside waits. */
    void pause() {
        synchronized (queue) {
            paused = true;
        }
    }

    /** What has waited is done, and all that comes. */
    void goOn() {
        synchronized (queue) {
            paused = false;
            if (queue.isEmpty() || draining) return;
            draining = true;
        }
        executor.execute(this::drain);
    }

    boolean sealed() {
        return sealed;
    }

    /** On the mailbox, or while it is paused: nothing more is done at all. */
    void shut() {
        synchronized (queue) {
            shut = true;
            queue.clear();
        }
    }

    /** From outside. @return false if the mailbox is sealed, or its room manager has gone */
    boolean offer(Runnable task) {
        synchronized (queue) {
            if (sealed) return false;
            queue.add(task);
            if (draining || paused) return true;
            draining = true;
        }
        try {
            executor.execute(this::drain);
            return true;
        } catch (RejectedExecutionException gone) {
            seal();
            return false;
        }
    }

    /** The same for what nobody waits for: it is done when there is something else to do, or enough of its kind. */
    boolean offerForLater(Runnable task) {
        synchronized (queue) {
            if (!sealed && queue.size() < MOST_FOR_LATER) {
                queue.add(task);
                return true;
            }
        }
        return offer(task);
    }

    void post(Runnable task) {
        synchronized (queue) {
            if (shut) return;
            queue.add(task);
            if (draining || paused) return;
            draining = true;
        }
        executor.execute(this::drain);
    }

    private void drain() {
        owner = Thread.currentThread();
        while (true) {
            Runnable task;
            synchronized (queue) {
                task = paused ? null : queue.poll();
                if (task == null) {
                    draining = false;
                    owner = null;
                    return;
                }
            }
            try {
                task.run();
            } catch (Throwable e) { // whatever it called may have gone with its classes; the room goes on
                LOG.error("room {}: a task failed", name, e);
            }
        }
    }

    /** Waits until the work was done in its turn. For whoever is outside. */
    <T> T call(Work<T> work) throws RoomException {
        if (owns()) return work.run();
        CompletableFuture<T> result = new CompletableFuture<>();
        boolean taken = offer(() -> complete(result, work));
        if (!taken) throw new RoomException(RoomException.Code.UNAVAILABLE, "room " + name + " is just being handed over; try again");
        return await(result.orTimeout(CALL_SECONDS, TimeUnit.SECONDS));
    }

    /** The same for the room manager, which may still ask when nobody else may. */
    <T> T ask(Work<T> work) throws RoomException {
        if (owns()) return work.run();
        CompletableFuture<T> result = new CompletableFuture<>();
        post(() -> complete(result, work));
        return await(result.orTimeout(CALL_SECONDS, TimeUnit.SECONDS));
    }

    private static <T> void complete(CompletableFuture<T> result, Work<T> work) {
        try {
            result.complete(work.run());
        } catch (RoomException | RuntimeException e) {
            result.completeExceptionally(e);
        }
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
