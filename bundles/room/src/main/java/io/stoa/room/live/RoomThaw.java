package io.stoa.room.live;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.auth.Claims;
import io.stoa.media.DataLane;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.handover.RoomState;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.room.RoomException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A room goes on under this room manager where the one before has left it. The thawing itself is one task of the room's mailbox. */
final class RoomThaw {
    private static final Logger LOG = LoggerFactory.getLogger(RoomThaw.class);
    /** How long sessions have to find their participants; longer than a signal server needs to be replaced, too. */
    private static final long REATTACH_MILLIS = 15_000;

    private final ActiveRoom room;
    private final RoomState state;
    private final boolean moved;
    private final List<Member> disconnected = new ArrayList<>();

    /** @param moved whether another node has left it, where its connections have been */
    RoomThaw(ActiveRoom room, RoomState state, boolean moved) {
        this.room = room;
        this.state = state;
        this.moved = moved;
    }

    /** @throws IllegalArgumentException with words fit for a log */
    static RoomState read(byte[] bytes) {
        RoomState state;
        try {
            state = RoomState.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("its state is damaged: " + e.getMessage(), e);
        }
        if (state.getVersion() < 1 || state.getVersion() > RoomFreeze.VERSION)
            throw new IllegalArgumentException("its state has version " + state.getVersion() + ", this bundle reads 1 to " + RoomFreeze.VERSION);
        return state;
    }

    ActiveRoom room() {
        return room;
    }

    void run() {
        room.vacancy().thaw(state);
        room.data().nonces.addAll(state.getNoncesList());
        room.ways().remember(room.name(), state.getOnlyWaysList());
        for (ParticipantState one : state.getParticipantsList()) participant(one);
        for (ParticipantState one : state.getParticipantsList()) {
            Member member = room.member(one.getInfo().getIdentity());
            member.subscriptions().thaw(one, room);
            member.dataTracks().thaw(one, room);
            if (moved) member.subscriptions().again();
        }
    }

    /** When all rooms are there: where those who are forwarded are shown. On no mailbox. */
    void link(LiveRoomManager manager) {
        for (ParticipantState one : state.getParticipantsList())
            for (String name : one.getForwardedToList())
                manager.findRoom(name).ifPresentOrElse(to -> link(one.getInfo().getIdentity(), to), () -> room.post(() -> showAgain(one, name)));
    }

    /** It was shown in a room on another node, or this one comes from there. */
    private void showAgain(ParticipantState one, String destination) {
        Member member = room.member(one.getInfo().getIdentity());
        if (member != null && member.open()) room.showAgain(member, destination);
    }

    private void link(String identity, ActiveRoom to) {
        Member original = room.member(identity);
        Member shown = to.member(identity);
        if (original == null || shown == null) return;
        try {
            LocalForwarding.Picture now = room.call(() -> LocalForwarding.Picture.of(original));
            if (now.source() == null) return;
            Forwarding forwarding = to.call(() -> LocalForwarding.again(to, shown, now));
            room.post(() -> original.forwardings().add(forwarding));
        } catch (RoomException e) {
            LOG.warn("room {}: {} is not shown in room {} any more: {}", room.name(), identity, to.name(), e.getMessage());
        }
    }

    /** Then time goes on. */
    void begin() {
        for (ParticipantState one : state.getParticipantsList()) {
            Member member = room.member(one.getInfo().getIdentity());
            if (one.getForwarded() && !member.forwarded()) member.close(DisconnectReason.CLIENT_INITIATED, LeaveRequest.Action.DISCONNECT); // its original has gone
        }
        room.begin();
        if (state.getRoomUpdateDue()) room.description().tellLater();
        room.publish();
        room.description().countTracks();
        for (Member member : room.members()) room.dynacast().changed(member);
        for (Member member : disconnected) {
            LOG.warn("room {}: the connections of {} have gone meanwhile: it is to reconnect", room.name(), member.identity());
            member.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
        }
        if (moved) for (ParticipantState one : state.getParticipantsList()) for (String name : one.getForwardedToList()) showAgain(one, name);
        if (!moved) room.after(REATTACH_MILLIS, room.held()::lost);
    }

    /** What it is, whichever room it is in. */
    static void describe(Member member, ParticipantState from) {
        member.info.clear().mergeFrom(from.getInfo());
        member.permission = from.getPermission();
        member.publishing().thaw(from);
        member.blobs().restore(from.getDataBlobsList());
        member.lastReliableSequence = from.getLastReliableSequence();
    }

    private void participant(ParticipantState from) {
        HeldSink sink = from.getHasSignal() && !moved ? new HeldSink() : null;
        ParticipantInfo info = from.getInfo();
        Member member = new Member(room, info.getSid(), from.getStart(), Claims.fromJson(from.getGrantsJson()), sink, from.getNegotiation().getNextOfferId());
        describe(member, from);
        member.announced = from.getAnnounced();
        if (!moved) {
            member.signalling().thaw(from);
            member.connections().thaw(from);
        }
        member.speakerLevel = from.getSpeakerLevel();
        member.speaksUntilMillis = from.getSpeaksUntil();
        member.quality = from.getQuality();
        member.qualityTold = from.getQualityTold();
        member.outbox().thaw(from);
        if (sink != null) room.held().await(member.signalling().connectionId(), sink);
        room.goesOn(member);
        if (moved) {
            member.connections().openAgain(from);
            member.publishing().again();
            member.signalling().moved(from);
            return;
        }
        if (from.getForwarded()) return;
        if (!member.connections().adopt(from)) {
            disconnected.add(member);
            return;
        }
        if (member.receiving().isOpen(DataLane.RELIABLE)) member.outbox().flush();
    }
}
