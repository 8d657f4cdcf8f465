package io.stoa.room.live;

import io.stoa.protocol.handover.RoomState;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.Room;

/** How long a room without people lives: until somebody has come, and after the last one has left. Lives on the room's mailbox. */
final class Vacancy {
    private static final long CHECK_MILLIS = 1_000;
    /** A room that was deleted is remembered so long. */
    private static final long MOST_CHECK_MILLIS = 10_000;

    private final ActiveRoom room;
    private final long openedAt;
    private boolean everJoined;
    private long lastLeftAt;
    private int plan;

    Vacancy(ActiveRoom room, long openedAt) {
        this.room = room;
        this.openedAt = openedAt;
    }

    void came(Member member) {
        if (!member.dependent()) everJoined = true;
    }

    void left() {
        lastLeftAt = room.millis();
        schedule();
    }

    /** An empty room sleeps until its time, or a while; whatever happens in it meanwhile makes a new plan. */
    void schedule() {
        int now = ++plan;
        room.after(room.counted() > 0 ? CHECK_MILLIS : Math.clamp(millisLeft(), CHECK_MILLIS, MOST_CHECK_MILLIS), () -> {
            if (!room.isClosed() && now == plan) check();
        });
    }

    private void check() {
        if (room.vacant() && millisLeft() <= 0) room.end(DisconnectReason.ROOM_CLOSED);
        else schedule();
    }

    /** Negative: its time is over. */
    private long millisLeft() {
        Room settings = room.info();
        long until = everJoined ? lastLeftAt + settings.getDepartureTimeout() * 1_000L : openedAt + settings.getEmptyTimeout() * 1_000L;
        return until - room.millis();
    }

    void freeze(RoomState.Builder to) {
        to.setOpenedAt(openedAt).setEverJoined(everJoined).setLastLeftAt(lastLeftAt);
    }

    void thaw(RoomState from) {
        everJoined = from.getEverJoined();
        lastLeftAt = from.getLastLeftAt();
    }
}
