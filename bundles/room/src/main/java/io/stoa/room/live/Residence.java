package io.stoa.room.live;

import java.util.ArrayDeque;

/**
 * The room that a participant is in, and how what concerns the participant comes to that room's mailbox: in its order, also if the
 * participant moves while things are on their way.
 *
 * <p>Between {@link #leaveFor} and {@link #arrived} everything waits: first what still went to the old room, then what came to the new one.
 */
final class Residence {
    private volatile ActiveRoom room;
    /** These belong to the mailbox of {@link #room}, once that is the new one. */
    private final ArrayDeque<Runnable> left = new ArrayDeque<>();
    private final ArrayDeque<Runnable> early = new ArrayDeque<>();
    private boolean moving;

    Residence(ActiveRoom room) {
        this.room = room;
    }

    ActiveRoom room() {
        return room;
    }

    /** Any thread. */
    synchronized void post(Runnable task) { // what is posted to the old room stands in front of the arrival
        ActiveRoom at = room;
        at.post(() -> comes(at, task));
    }

    /** From outside. @return false if the room is being handed over to another room manager: nothing has come of it */
    synchronized boolean offer(Runnable task) {
        ActiveRoom at = room;
        return at.mailbox().offer(() -> comes(at, task));
    }

    /** The same for what nobody waits for. */
    synchronized boolean offerForLater(Runnable task) {
        ActiveRoom at = room;
        return at.mailbox().offerForLater(() -> comes(at, task));
    }

    private void comes(ActiveRoom at, Runnable task) {
        ActiveRoom now = room;
        if (now != at) now.post(() -> forwarded(now, task));
        else if (moving) early.add(task);
        else task.run();
    }

    private void forwarded(ActiveRoom at, Runnable task) {
        if (room != at) post(task); // it has moved on since
        else if (moving) left.add(task);
        else task.run();
    }

    /** Any thread. */
    void after(long delayMillis, Runnable task) {
        if (delayMillis == 0) post(task);
        else room.pulse().after(delayMillis, () -> post(task));
    }

    /** On the old room's mailbox; {@code arrive} will happen on the new one's, behind all that is on its way to the old one now. */
    synchronized void leaveFor(ActiveRoom next, Runnable arrive) {
        ActiveRoom old = room;
        moving = true;
        room = next;
        old.post(() -> next.post(arrive));
    }

    /** On the room's mailbox: what comes from now on waits, until {@link #arrived} again. */
    void hold() {
        moving = true;
    }

    /** On the new room's mailbox: what waited happens now. */
    void arrived() {
        moving = false;
        for (Runnable task; (task = left.poll()) != null; ) task.run();
        for (Runnable task; (task = early.poll()) != null; ) task.run();
    }
}
