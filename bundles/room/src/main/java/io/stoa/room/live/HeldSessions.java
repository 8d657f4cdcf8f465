package io.stoa.room.live;

import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.SignalSink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sessions that began under another room manager and have not found their participants here yet: what those are told waits for them. Lives
 * on the room's mailbox.
 */
final class HeldSessions {
    private final ActiveRoom room;
    /** By their connection. */
    private final Map<String, HeldSink> awaited = new LinkedHashMap<>();

    HeldSessions(ActiveRoom room) {
        this.room = room;
    }

    void await(String connectionId, HeldSink sink) {
        awaited.put(connectionId, sink);
    }

    /** Whether a session that began under another signal server or room manager belongs here. */
    boolean knows(StartSession start) {
        Member member = room.member(start.getIdentity());
        return awaited.containsKey(start.getConnectionId()) || member != null && isOf(start, member);
    }

    private static boolean isOf(StartSession start, Member member) {
        return member.signalling().connectionId().equals(start.getConnectionId());
    }

    /**
     * @param member null if the session has no participant here (any more)
     * @param told then: whether its last word was waiting for it, and was told
     */
    record Reattached(Member member, boolean told) {}

    Reattached reattach(StartSession start, SignalSink sink) {
        HeldSink held = awaited.remove(start.getConnectionId());
        Member member = room.member(start.getIdentity());
        if (member == null || !member.open() || !member.signalling().open() || !isOf(start, member)) {
            if (held != null) held.attach(sink);
            return new Reattached(null, held != null);
        }
        member.signalling().attach(sink);
        return new Reattached(member, true);
    }

    /** Whose session has not come back by now has no signalling any more. */
    void lost() {
        for (Member member : List.copyOf(room.members())) member.signalling().lost(awaited.values());
        awaited.clear();
    }
}
