package io.stoa.edge.whip;

import io.stoa.store.DurableRecord;
import io.stoa.store.RecordLine;
import java.util.List;

/** Takes the sessions that the edge before has left, and leaves its own to the next. The line is never called under the lock of this. */
final class SessionKeeper implements RecordLine.Keeper {
    private static final String NAME = "whip";

    private final WhipDoor door;
    private volatile RecordLine line;
    private volatile boolean active;
    private volatile boolean turn;

    SessionKeeper(WhipDoor door) {
        this.door = door;
    }

    void start() {
        active = true;
        RecordLine current = line;
        if (current != null) current.enter(this, false);
    }

    /** @param next null: there is none, and sessions end with this edge */
    void follow(RecordLine next) {
        line = next;
        if (active && next != null) next.enter(this, turn);
    }

    RecordLine line() {
        return line;
    }

    /** @param forGood nobody comes next: the server ends */
    void stop(boolean forGood) {
        active = false;
        List<DurableRecord> sessions = door.close();
        RecordLine current = line;
        if (current != null && !forGood) current.leave(this, sessions);
    }

    @Override
    public String store() {
        return NAME;
    }

    @Override
    public void take(List<DurableRecord> left) {
        turn = true;
        door.resume(left);
    }
}
