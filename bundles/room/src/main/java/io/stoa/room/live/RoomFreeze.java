package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.handover.RoomState;
import io.stoa.protocol.livekit.ParticipantInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A room's way out of this room manager. Its mailbox takes nothing from outside any more; its connections are parked, so that all that
 * they have said is in the mailbox, and done; what is under way is waited for; then the room is written down and stands still.
 */
final class RoomFreeze {
    /** Of the states that are written here. The next bundle must know it. */
    static final int VERSION = 1;
    private static final long SETTLE_MILLIS = 1_500;
    private static final long LOOK_MILLIS = 10;

    private final ActiveRoom room;
    /** Only until it is known whether another node has taken it. */
    private final boolean leavesNode;
    private final CompletableFuture<RoomState> result = new CompletableFuture<>();
    private final Map<MediaPeer, String> keys = new HashMap<>();
    private final Map<MediaPeer, ConnectionState> connections = new HashMap<>();
    private long until;

    private RoomFreeze(ActiveRoom room, boolean leavesNode) {
        this.room = room;
        this.leavesNode = leavesNode;
    }

    /** @return fails with words fit for a log if the room cannot be left to another manager; then it goes on until it is ended */
    static CompletableFuture<RoomState> of(ActiveRoom room) {
        return new RoomFreeze(room, false).begin().result;
    }

    /**
     * The same for another node: the mailbox pauses, and what belongs to this node is left out. If the other node does not take the room,
     * {@link #undo} lets it go on.
     */
    static RoomFreeze forNode(ActiveRoom room) {
        return new RoomFreeze(room, true).begin();
    }

    private RoomFreeze begin() {
        room.mailbox().seal();
        room.post(this::park);
        return this;
    }

    CompletableFuture<RoomState> result() {
        return result;
    }

    /** Of connections that are parked; when the result is there. */
    Map<MediaPeer, String> keys() {
        return keys;
    }

    /** The room goes on here, with whatever has happened meanwhile. When the result is there, or has failed. */
    void undo() {
        result.completeExceptionally(new IllegalStateException("it stays"));
        room.mailbox().goOn();
        room.post(() -> {
            for (Member member : room.members()) if (!member.forwarded()) member.connections().reclaim(keys);
            room.mailbox().unseal();
        });
    }

    private void park() {
        if (until == 0) until = room.millis() + SETTLE_MILLIS;
        List<CompletableFuture<?>> parked = new ArrayList<>();
        for (Member member : room.members()) {
            if (keyed(member)) continue;
            parked.add(park(member.sending()));
            if (member.receiving() != member.sending()) parked.add(park(member.receiving()));
        }
        CompletableFuture.allOf(parked.toArray(CompletableFuture[]::new)).thenRun(() -> room.post(this::settle));
    }

    /** A connection that has ended has no key; its participant is to reconnect. */
    private CompletableFuture<?> park(MediaPeer peer) {
        return peer.park()
                .handle((key, ended) -> ended == null ? key : "")
                .thenAccept(key -> room.post(() -> keys.put(peer, key)))
                .thenCompose(parked -> leavesNode ? describe(peer) : CompletableFuture.completedFuture(null))
                .toCompletableFuture();
    }

    private CompletionStage<Void> describe(MediaPeer peer) {
        return peer.describe()
                .handle((state, ended) -> ended == null ? state : ConnectionState.getDefaultInstance())
                .thenAccept(state -> room.post(() -> connections.put(peer, state)));
    }

    private void settle() {
        if (room.closed()) {
            result.completeExceptionally(new IllegalStateException("it has ended"));
        } else if (!room.members().stream().allMatch(this::keyed)) {
            park(); // somebody has arrived from another room
        } else if (room.expected.isEmpty() && room.members().stream().allMatch(member -> member.connections().settled())) {
            room.calls().end();
            room.crowd().tell();
            RoomState state = write();
            if (leavesNode) room.mailbox().pause();
            else room.mailbox().shut();
            result.complete(state);
        } else if (room.millis() < until) {
            room.after(LOOK_MILLIS, this::settle);
        } else {
            result.completeExceptionally(new IllegalStateException("a description is not ready, or somebody has not arrived from another room"));
        }
    }

    private boolean keyed(Member member) {
        return member.forwarded() || keys.containsKey(member.sending()) && keys.containsKey(member.receiving());
    }

    // -- writing

    private RoomState write() {
        RoomState.Builder state = RoomState.newBuilder()
                .setVersion(VERSION)
                .setRoom(room.info())
                .setInternal(room.internal())
                .setSifTrailer(room.welcome().sifTrailer())
                .setRoomUpdateDue(room.description().updateDue())
                .addAllNonces(room.data().nonces);
        room.vacancy().freeze(state);
        state.addAllOnlyWays(room.ways().of(room.name()));
        List<ParticipantInfo> stay = room.members().stream().filter(member -> leavesNode && !canFollow(member) && member.announced).map(Relocation::departed).toList();
        for (Member member : room.members()) if (!leavesNode || canFollow(member)) state.addParticipants(whole(member).addAllMissedDepartures(stay));
        return state.build();
    }

    /**
     * Whoever is shown only is connected elsewhere; whoever is just connecting, or is about to be told to reconnect, begins anew; and so does
     * Firefox, which does not begin DTLS anew for an ICE restart.
     */
    private boolean canFollow(Member member) {
        return !member.forwarded() && !member.traits().firefox() && member.open() && member.connections().everActive() && member.active()
                && known(member.sending()) && known(member.receiving());
    }

    private boolean known(MediaPeer peer) {
        return connections.getOrDefault(peer, ConnectionState.getDefaultInstance()).getSectionsCount() > 0;
    }

    private ParticipantState.Builder whole(Member member) {
        ParticipantState.Builder state = write(member);
        for (Forwarding forwarding : member.forwardings()) if (forwarding.shown()) state.addForwardedTo(forwarding.destination());
        if (leavesNode) return state.setPublisherState(connections.get(member.sending())).setSubscriberState(connections.get(member.receiving()));
        if (!member.forwarded()) state.setPublisher(keys.get(member.sending())).setSubscriber(keys.get(member.receiving()));
        return state;
    }

    /** All but its connections, and where else it is shown. */
    static ParticipantState.Builder write(Member member) {
        ParticipantState.Builder state = ParticipantState.newBuilder()
                .setStart(member.start.toBuilder().clearPublisherOffer().clearAddTrackRequests())
                .setInfo(member.info)
                .setGrantsJson(member.grants().json())
                .setPermission(member.permission)
                .setForwarded(member.forwarded());
        member.signalling().freeze(state);
        member.connections().freeze(state);
        member.publishing().freeze(state);
        member.subscriptions().freeze(state);
        member.dataTracks().freeze(state);
        member.outbox().freeze(state);
        state.addAllDataBlobs(member.blobs().all())
                .setAnnounced(member.announced)
                .setLastReliableSequence(member.lastReliableSequence)
                .setSpeakerLevel(member.speakerLevel)
                .setSpeaksUntil(member.speaksUntilMillis)
                .setQuality(member.quality)
                .setQualityTold(member.qualityTold);
        return state;
    }
}
