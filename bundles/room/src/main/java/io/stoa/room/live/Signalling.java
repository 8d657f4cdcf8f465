package io.stoa.room.live;

import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ReconnectReason;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.room.SignalSink;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant's signalling: connections that come and go, each a generation, by which its client is told things; how long the participant
 * lives without one, and who left meanwhile. When media fails it ends, and the client is to resume. Lives on the room's mailbox.
 */
final class Signalling {
    private static final Logger LOG = LoggerFactory.getLogger(Signalling.class);
    /** Protocol from which a client can be asked to resume. */
    private static final int RESUMES = 13;
    /** Protocol from which departures during an outage are told afterwards (spec 4.3). */
    private static final int REPLAYS_DEPARTURES = 9;
    static final long RESUME_MILLIS = 5_000;
    private static final long CLOSED_MILLIS = 1_000;
    private static final long LOST_MILLIS = 60_000;
    /** Clients try again within some seconds, and may be sent to a node that has gone first. */
    private static final long MOVED_MILLIS = 30_000;
    /** Whoever resumes is told of everybody who is there, too; of those who left only the latest so many. */
    static final int MAX_MISSED_DEPARTURES = 1_000;

    private final Member member;
    private SignalSink sink;
    private String connectionId;
    /** Which of the signalling connections is the sink's; what comes from others is void. */
    private volatile int generation;
    private boolean awaitsResume;
    private long resumeUntil;
    private long lostUntil;
    private final Map<String, ParticipantInfo> missedDepartures = new LinkedHashMap<>();
    private boolean dropsOnResume;
    private boolean dropsMessagesOnResume;

    /** @param sink null if there is no signalling now, or never is */
    Signalling(Member member, SignalSink sink, String connectionId) {
        this.member = member;
        this.sink = sink;
        this.connectionId = connectionId;
    }

    boolean open() {
        return sink != null;
    }

    boolean awaitsResume() {
        return awaitsResume;
    }

    String connectionId() {
        return connectionId;
    }

    /** Any thread. */
    int generation() {
        return generation;
    }

    /** Only while it is open. */
    void send(SignalResponse response) {
        sink.send(response);
    }

    // -- it comes

    /** The session goes on, the client has not noticed that its signal server or its room manager is another one. */
    void attach(SignalSink next) {
        if (sink instanceof HeldSink held) held.attach(next);
        sink = next;
        generation++;
        if (awaitsResume) awaitResume(resumeUntil); // what was waited for before is void
        member.connections().answering().reconsider(0);
    }

    /** A new WebSocket takes over. */
    void resume(SignalSink next, String nextConnectionId, ReconnectReason reason) {
        if (sink != null) sink.close();
        sink = next;
        connectionId = nextConnectionId;
        generation++;
        awaitsResume = false;
        member.connections().answering().reconsider(0);
        member.connections().nextWay().resumed(reason);
        if (dropsOnResume) {
            drop();
            return;
        }
        tellReconnect();
        member.room().sendAll(member, missedDepartures.values());
        missedDepartures.clear();
        member.resumed();
    }

    private void tellReconnect() {
        member.send(SignalResponse.newBuilder().setReconnect(member.room().welcome().reconnect(member)));
    }

    /** The next resumed signalling connection is dropped, once (a scenario for tests of clients). */
    void dropOnResume(boolean withoutMessages) {
        dropsOnResume = true;
        dropsMessagesOnResume = withoutMessages;
    }

    private void drop() {
        dropsOnResume = false;
        if (!dropsMessagesOnResume) tellReconnect();
        sink.close();
        closed(generation);
    }

    // -- it goes

    void closed(int which) {
        if (!member.open() || which != generation) return;
        sink = null;
        if (!member.connections().everActive()) {
            member.close(DisconnectReason.SIGNAL_CLOSE, LeaveRequest.Action.DISCONNECT);
            return;
        }
        // As long as media lives the participant does, but not for ever (bounded, spec 0).
        liveWithout(member.room().millis() + LOST_MILLIS);
        member.connections().answering().reconsider(RESUME_MILLIS); // somebody who changes networks may only close the old one
    }

    /** Of these connections none has come back: whoever had one of them has no signalling any more. */
    void lost(Collection<HeldSink> gone) {
        if (gone.contains(sink)) closed(generation);
    }

    private void liveWithout(long untilMillis) {
        int before = generation;
        lostUntil = untilMillis;
        member.residence().after(Math.max(1, untilMillis - member.room().millis()), () -> {
            if (sink == null && before == generation) member.close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    /** Who left while this participant could not be told; its next signalling connection says so (spec 4.8). */
    void missed(ParticipantInfo gone) {
        if (member.protocol() < REPLAYS_DEPARTURES || member.forwarded()) return;
        missedDepartures.put(gone.getSid(), gone);
        if (missedDepartures.size() > MAX_MISSED_DEPARTURES) missedDepartures.remove(missedDepartures.keySet().iterator().next());
    }

    /** The client asks faster than it can be served: its signalling ends, and it may resume. */
    void overrun(int which) {
        if (!member.open() || which != generation || sink == null) return;
        LOG.warn("room {}: {} asks faster than it can be served; its signalling is closed", member.room().name(), member.identity());
        sink.close();
    }

    void mediaFailed(String reason) {
        if (awaitsResume) return; // the other connection has failed before
        LOG.info("room {}: media of {} failed: {}", member.room().name(), member.identity(), reason);
        if (sink == null) {
            member.close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
            return;
        }
        if (member.protocol() >= RESUMES) end(LeaveRequest.Action.RESUME, DisconnectReason.CONNECTION_TIMEOUT);
        awaitResume(member.room().millis() + RESUME_MILLIS);
    }

    /**
     * The client leaves, or comes back by another connection: what it says of that may still be on its way. Without signalling it cannot say that it
     * leaves; who begins anew closes what it had, and is back within that time as the same participant to everybody else.
     */
    void mediaClosed(String reason) {
        int before = generation;
        member.residence().after(sink == null ? RESUME_MILLIS : CLOSED_MILLIS, () -> {
            if (before == generation && member.open()) mediaFailed(reason);
        });
    }

    private void awaitResume(long untilMillis) {
        int before = generation;
        awaitsResume = true;
        resumeUntil = untilMillis;
        member.residence().after(Math.max(1, untilMillis - member.room().millis()), () -> {
            if (before == generation) member.close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    /** If it is open, with these last words. */
    void end(LeaveRequest.Action action, DisconnectReason reason) {
        if (sink == null) return;
        sink.send(Leaves.of(member.protocol(), action, reason));
        vanish();
    }

    /** Without a word, as if the node had died. */
    void vanish() {
        if (sink != null) sink.close();
        sink = null;
    }

    /** It was on another node: its client is told there that it is to resume. */
    void moved(ParticipantState from) {
        connectionId = from.getConnectionId();
        for (ParticipantInfo gone : from.getMissedDeparturesList()) missedDepartures.put(gone.getSid(), gone);
        awaitResume(member.room().millis() + MOVED_MILLIS);
    }

    // -- to another room, and between two room managers

    /** What was missed in the room before is of no interest in the next one. */
    void forgetDepartures() {
        missedDepartures.clear();
    }

    void freeze(ParticipantState.Builder to) {
        to.setHasSignal(sink != null)
                .setConnectionId(connectionId)
                .setSignalLostUntil(sink != null ? 0 : lostUntil)
                .setResumeUntil(awaitsResume ? resumeUntil : 0)
                .setDropsSignalOnResume(dropsOnResume)
                .setDropsMessagesOnResume(dropsMessagesOnResume)
                .addAllMissedDepartures(missedDepartures.values());
    }

    void thaw(ParticipantState from) {
        connectionId = from.getConnectionId();
        dropsOnResume = from.getDropsSignalOnResume();
        dropsMessagesOnResume = from.getDropsMessagesOnResume();
        for (ParticipantInfo gone : from.getMissedDeparturesList()) missedDepartures.put(gone.getSid(), gone);
        if (from.getSignalLostUntil() > 0) liveWithout(from.getSignalLostUntil());
        if (from.getResumeUntil() > 0) awaitResume(from.getResumeUntil());
    }
}
