package io.stoa.room.live;

import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.room.RoomException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A forwarding that a room has lost by no fault of its own: one of the two rooms has gone to another node, or its room manager was replaced. It
 * is begun anew as soon as that is possible, or given up. Lives on the mailbox of the participant's room.
 */
final class PendingForwarding implements Forwarding {
    private static final Logger LOG = LoggerFactory.getLogger(PendingForwarding.class);
    private static final long FIRST_MILLIS = 300;
    private static final long MOST_MILLIS = 3_000;
    static final long GIVEN_UP_MILLIS = 40_000;

    private final LiveRoomManager manager;
    private final Member member;
    private final String destination;
    private final long until;
    private volatile boolean over;

    PendingForwarding(LiveRoomManager manager, Member member, String destination) {
        this.manager = manager;
        this.member = member;
        this.destination = destination;
        until = manager.pulse().millis() + GIVEN_UP_MILLIS;
    }

    void begin() {
        member.forwardings().add(this);
        tryIn(FIRST_MILLIS);
    }

    /** Not on a mailbox: each room gets its part in its turn. */
    private void tryIn(long millis) {
        manager.pulse().after(millis, () -> manager.execute(() -> attempt(Math.min(2 * millis, MOST_MILLIS))));
    }

    private void attempt(long nextMillis) {
        if (over) return;
        ActiveRoom room = member.room();
        try {
            new Relocation(manager, room, member.identity(), destination).forward();
            done();
        } catch (RoomException e) {
            boolean mayCome = switch (e.code()) {
                case UNAVAILABLE, DEADLINE_EXCEEDED, ALREADY_EXISTS, RESOURCE_EXHAUSTED, INTERNAL -> manager.pulse().millis() < until;
                default -> false;
            };
            if (mayCome) {
                tryIn(nextMillis);
                return;
            }
            LOG.warn("room {}: {} is not shown in room {} any more: {}", room.name(), member.identity(), destination, e.getMessage());
            done();
        }
    }

    private void done() {
        over = true;
        member.post(() -> member.forwardings().remove(this));
    }

    @Override
    public String destination() {
        return destination;
    }

    @Override
    public boolean shown() {
        return !over;
    }

    @Override
    public void follow() {}

    @Override
    public void level(double level) {}

    @Override
    public void end(DisconnectReason why) {
        over = true;
    }
}
