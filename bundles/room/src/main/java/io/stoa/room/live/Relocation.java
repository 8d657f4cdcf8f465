package io.stoa.room.live;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.RoomMovedResponse;
import io.stoa.room.RoomException;
import io.stoa.room.RoomException.Code;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Participants that go from one room of this node to another, or are shown there as well. Runs on its caller's thread and gives each room
 * its part on that room's mailbox: the two are never held at once.
 *
 * <p>Who moves keeps its connections, tracks, name and permissions; the old room sees it leave, the new one sees it join, and the client is
 * told by {@code room_moved}. Who is forwarded stays, and the other room gets a {@link Forwarding} of it.
 */
final class Relocation {
    /** Protocol from which clients can be moved between rooms (spec 4.3). */
    private static final int CAN_BE_MOVED = 16;
    private static final long ARRIVAL_SECONDS = 10;

    private final LiveRoomManager manager;
    private final ActiveRoom from;
    private final String identity;
    private final String destination;

    Relocation(LiveRoomManager manager, ActiveRoom from, String identity, String destination) {
        this.manager = manager;
        this.from = from;
        this.identity = identity;
        this.destination = destination;
    }

    void move() throws RoomException {
        boolean counts = !from.call(this::movable).dependent();
        check();
        Optional<String> elsewhere = manager.elsewhere(destination);
        if (elsewhere.isPresent()) {
            new Emigration(manager, from, destination, elsewhere.get()).run(this::movable);
            return;
        }
        ActiveRoom to = to();
        to.call(() -> to.expect(identity, counts));
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        try {
            from.call(() -> {
                leave(movable(), to, arrival);
                return null;
            });
        } catch (RoomException e) {
            to.mailbox().ask(() -> to.unexpect(identity));
            throw e;
        }
        Mailbox.await(arrival.orTimeout(ARRIVAL_SECONDS, TimeUnit.SECONDS));
    }

    private ActiveRoom to() throws RoomException {
        return manager.opened(CreateRoomRequest.newBuilder().setName(destination).setNodeId(manager.nodeId()).build());
    }

    private void check() throws RoomException {
        if (destination.isEmpty()) throw new RoomException(Code.INVALID_ARGUMENT, "destination room is required");
        if (destination.equals(from.name())) throw new RoomException(Code.INVALID_ARGUMENT, "destination room cannot be the same as source room");
        if (!manager.mayOpen(destination)) throw new RoomException(Code.NOT_FOUND, "destination room does not exist");
    }

    /** Where the client could not be told, it would come back to the wrong room. */
    private Member movable() throws RoomException {
        Member member = from.present(identity);
        if (!member.active()) throw new RoomException(Code.FAILED_PRECONDITION, "participant is not connected yet");
        if (member.protocol() < CAN_BE_MOVED)
            throw new RoomException(Code.FAILED_PRECONDITION, "participant cannot be moved: its client speaks protocol " + member.protocol() + ", moving needs " + CAN_BE_MOVED);
        if (!member.signalling().open()) throw new RoomException(Code.UNAVAILABLE, "participant is reconnecting");
        if (manager.token(member) == null) throw new RoomException(Code.UNAVAILABLE, "no API key to sign a token with for the other room");
        return member;
    }

    private void leave(Member member, ActiveRoom to, CompletableFuture<Void> arrival) {
        from.depart(member);
        member.moveTo(to, () -> {
            try {
                arrive(member, to);
                arrival.complete(null);
            } catch (RoomException | RuntimeException e) {
                member.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
                arrival.completeExceptionally(e);
            } finally {
                member.residence().arrived();
            }
        });
    }

    private void arrive(Member member, ActiveRoom to) throws RoomException {
        if (to.isClosed()) throw new RoomException(Code.UNAVAILABLE, "the destination room has closed; the participant was disconnected");
        to.take(member);
        RoomMovedResponse moved = moved(manager, member);
        member.tell(response -> response.setRoomMoved(moved));
        to.arrived(member);
    }

    /** What the client of somebody is told who is in another room now. */
    static RoomMovedResponse moved(LiveRoomManager manager, Member member) throws RoomException {
        String token = manager.token(member);
        if (token == null) throw new RoomException(Code.UNAVAILABLE, "no API key to sign a token with for the other room");
        RoomMovedResponse.Builder moved = RoomMovedResponse.newBuilder().setRoom(member.room().info()).setToken(token).setParticipant(member.info());
        for (Member other : member.room().members()) if (other != member && !other.hidden()) moved.addOtherParticipants(other.info());
        return moved.build();
    }

    void forward() throws RoomException {
        LocalForwarding.Picture first = from.call(() -> LocalForwarding.Picture.of(forwardable()));
        check();
        Optional<String> elsewhere = manager.elsewhere(destination);
        if (elsewhere.isPresent()) {
            OutboundBridge.begin(manager, from, this::forwardable, destination, elsewhere.get());
            return;
        }
        ActiveRoom to = to();
        Forwarding forwarding = to.call(() -> {
            to.expect(identity, !first.dependent());
            return LocalForwarding.begin(to, first);
        });
        from.call(() -> {
            if (from.member(identity) == first.member()) {
                first.member().forwardings().add(forwarding);
                first.member().follow(); // it may have changed since
            } else {
                forwarding.end(DisconnectReason.CLIENT_INITIATED);
                throw new RoomException(Code.NOT_FOUND, "participant does not exist");
            }
            return null;
        });
    }

    private Member forwardable() throws RoomException {
        Member member = from.present(identity);
        if (!member.active()) throw new RoomException(Code.FAILED_PRECONDITION, "participant is not connected yet");
        return member;
    }

    /** As those who stay see it. */
    static ParticipantInfo departed(Member member) {
        return member.info().toBuilder().setState(ParticipantInfo.State.DISCONNECTED).setDisconnectReason(DisconnectReason.MIGRATION).build();
    }
}
