package io.stoa.room.live;

import io.stoa.auth.Claims;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.MoveRequest;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.RoomMovedResponse;
import io.stoa.room.RoomException;
import io.stoa.room.RoomException.Code;
import io.stoa.rpc.RpcException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A participant that goes into a room on another node, alone: as a whole room does ({@link Moves}), its connections without keys, its client by
 * resuming there, after it was told of the other room. What it received stays in the room that it leaves. If the other node does not take it,
 * it goes on where it was, with what has waited meanwhile.
 */
final class Emigration {
    private static final long SETTLE_MILLIS = 1_500;
    private static final long LOOK_MILLIS = 10;
    private static final long SECONDS = 10;

    private final LiveRoomManager manager;
    private final ActiveRoom from;
    private final String destination;
    private final String node;
    private final Map<MediaPeer, String> keys = new HashMap<>();
    private final Map<MediaPeer, ConnectionState> connections = new HashMap<>();

    Emigration(LiveRoomManager manager, ActiveRoom from, String destination, String node) {
        this.manager = manager;
        this.from = from;
        this.destination = destination;
        this.node = node;
    }

    /** @param movable the participant, or why it cannot be moved; on the room's mailbox */
    void run(Mailbox.Work<Member> movable) throws RoomException {
        CompletableFuture<Member> still = new CompletableFuture<>();
        Member member = from.call(movable);
        from.post(() -> settle(member, from.millis() + SETTLE_MILLIS, still));
        Mailbox.await(still.orTimeout(SECONDS, TimeUnit.SECONDS));
        RoomMovedResponse moved;
        try {
            ParticipantState state = from.mailbox().ask(() -> write(member));
            MoveRequest request = MoveRequest.newBuilder().setRoom(destination).setFrom(manager.nodeId()).setParticipant(state).build();
            moved = manager.moves().ask(request, node);
        } catch (RpcException e) {
            from.post(() -> stay(member));
            throw new RoomException(code(e), e.getMessage(), e);
        } catch (RoomException e) {
            from.post(() -> stay(member));
            throw e;
        }
        from.mailbox().ask(() -> leave(member, moved));
    }

    private static Code code(RpcException e) {
        return switch (e.code()) {
            case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
            case RESOURCE_EXHAUSTED -> Code.RESOURCE_EXHAUSTED;
            default -> Code.UNAVAILABLE;
        };
    }

    /** No description is under way; then nothing more is done for it, and its connections are parked. */
    private void settle(Member member, long until, CompletableFuture<Member> still) {
        if (!member.open()) {
            still.completeExceptionally(new RoomException(Code.NOT_FOUND, "participant does not exist"));
        } else if (member.connections().settled()) {
            member.residence().hold();
            List<CompletableFuture<?>> parked = new ArrayList<>();
            for (MediaPeer peer : member.connections().peers()) parked.add(park(peer));
            CompletableFuture.allOf(parked.toArray(CompletableFuture[]::new)).whenComplete((done, failed) -> from.post(() -> still.complete(member)));
        } else if (from.millis() < until) {
            from.after(LOOK_MILLIS, () -> settle(member, until, still));
        } else {
            still.completeExceptionally(new RoomException(Code.UNAVAILABLE, "a description of the participant is not ready"));
        }
    }

    private CompletableFuture<?> park(MediaPeer peer) {
        return peer.park()
                .thenCompose(key -> peer.describe().thenAccept(state -> from.post(() -> {
                    keys.put(peer, key);
                    connections.put(peer, state);
                })))
                .toCompletableFuture();
    }

    private ParticipantState write(Member member) throws RoomException {
        for (MediaPeer peer : member.connections().peers())
            if (!connections.containsKey(peer)) throw new RoomException(Code.UNAVAILABLE, "the participant's connection has just ended");
        if (member.traits().firefox()) throw new RoomException(Code.FAILED_PRECONDITION, "Firefox cannot be moved to a room on another node");
        return RoomFreeze.write(member)
                .setPublisherState(connections.get(member.sending()))
                .setSubscriberState(connections.get(member.receiving()))
                .build();
    }

    private void stay(Member member) {
        member.connections().reclaim(keys);
        member.residence().arrived();
    }

    private Void leave(Member member, RoomMovedResponse moved) {
        member.tell(response -> response.setRoomMoved(moved));
        manager.moves().listen(member, destination, keys, node);
        from.depart(member);
        member.emigrated();
        return null;
    }

    // -- on the other node

    /** @return what its client is told */
    static RoomMovedResponse arrive(LiveRoomManager manager, MoveRequest request) throws RoomException {
        ParticipantState state = request.getParticipant();
        ActiveRoom to = manager.opened(CreateRoomRequest.newBuilder().setName(request.getRoom()).setNodeId(manager.nodeId()).build());
        return to.call(() -> {
            Member member = new Member(
                    to, state.getInfo().getSid(), state.getStart(), Claims.fromJson(state.getGrantsJson()), null, state.getNegotiation().getNextOfferId());
            to.expect(member.identity(), !member.dependent());
            try {
                member.connections().openAgain(state);
                RoomThaw.describe(member, state);
                member.publishing().again();
                member.arrivedFrom(state);
                to.take(member);
                RoomMovedResponse moved = Relocation.moved(manager, member);
                to.arrived(member);
                return moved;
            } catch (IllegalStateException e) {
                to.unexpect(member.identity());
                throw new RoomException(Code.UNAVAILABLE, e.getMessage(), e); // the media plane says what it is missing
            }
        });
    }
}
