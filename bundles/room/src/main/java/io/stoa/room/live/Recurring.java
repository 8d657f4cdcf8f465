package io.stoa.room.live;

/** Something to do again and again while somebody is in a room: ten thousand empty rooms cost no time. Lives on the room's mailbox. */
final class Recurring {
    private final ActiveRoom room;
    private final long millis;
    private final Runnable task;
    private boolean due;

    Recurring(ActiveRoom room, long millis, Runnable task) {
        this.room = room;
        this.millis = millis;
        this.task = task;
    }

    /** Somebody is here; harmless if it has begun. */
    void begin() {
        if (due) return;
        due = true;
        room.after(millis, () -> {
            due = false;
            if (!room.inhabited()) return;
            task.run();
            begin();
        });
    }
}
