package io.stoa.room.live;

import com.google.protobuf.ByteString;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.Router;
import io.stoa.media.DataLane;
import io.stoa.protocol.handover.MoveRequest;
import io.stoa.protocol.handover.RoomState;
import io.stoa.protocol.handover.Said;
import io.stoa.protocol.handover.TakeRequest;
import io.stoa.protocol.handover.TakeResponse;
import io.stoa.protocol.livekit.RoomMovedResponse;
import io.stoa.room.RoomException;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rooms that come from other nodes. All of a room is ready before it is claimed; it is this node's when the claim has passed, and not
 * before. Any thread.
 */
final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
    /** Of one room; some ten thousand participants. */
    static final int MOST_BYTES = 64 << 20;
    static final int MOST_AT_ONCE = 32;
    private static final long FORGOTTEN_MILLIS = 30_000;
    /** From the last part to the claim. After that the other node may think that nothing comes of it. */
    static final long MOST_MILLIS = 3_000;

    private final LiveRoomManager manager;
    private final Map<String, Parts> coming = new LinkedHashMap<>();

    private static final class Parts {
        final long since;
        ByteString bytes = ByteString.EMPTY;
        int next;

        Parts(long since) {
            this.since = since;
        }
    }

    Arrivals(LiveRoomManager manager) {
        this.manager = manager;
    }

    /** A request without parts asks whether this node would. */
    TakeResponse take(TakeRequest request) throws RpcException {
        if (manager.draining()) throw new RpcException(RpcCode.UNAVAILABLE, "this node is shutting down itself");
        if (request.getParts() == 0) return TakeResponse.getDefaultInstance();
        ByteString whole = collect(request);
        if (whole != null) arrive(request, whole);
        return TakeResponse.getDefaultInstance();
    }

    /** @return all parts; null as long as some are missing */
    private synchronized ByteString collect(TakeRequest part) throws RpcException {
        long now = manager.pulse().millis();
        coming.values().removeIf(parts -> now - parts.since > FORGOTTEN_MILLIS);
        Parts parts = coming.computeIfAbsent(part.getMove(), move -> new Parts(now));
        boolean next = part.getPart() == parts.next++;
        if (!next || parts.bytes.size() + part.getState().size() > MOST_BYTES || coming.size() > MOST_AT_ONCE) {
            coming.remove(part.getMove());
            throw next ? new RpcException(RpcCode.RESOURCE_EXHAUSTED, "more than can be taken at once") : new RpcException(RpcCode.DATA_LOSS, "a part is missing");
        }
        parts.bytes = parts.bytes.concat(part.getState());
        if (parts.next < part.getParts()) return null;
        coming.remove(part.getMove());
        return parts.bytes;
    }

    private void arrive(TakeRequest request, ByteString whole) throws RpcException {
        long begin = manager.pulse().millis();
        ActiveRoom room = null;
        boolean arrived = false;
        try {
            RoomState state = RoomThaw.read(whole.toByteArray());
            room = manager.receive(state);
            RoomThaw thaw = new RoomThaw(room, state, true);
            room.call(() -> {
                thaw.run();
                return null;
            });
            if (manager.pulse().millis() - begin > MOST_MILLIS) throw new RpcException(RpcCode.DEADLINE_EXCEEDED, "it took too long to prepare the room");
            claim(room.name(), request.getFrom());
            arrived = true;
            room.post(thaw::begin);
            manager.arrived(room);
            LOG.info("room {} comes from node {} with {} participants, ready in {} ms",
                    room.name(), request.getFrom(), state.getParticipantsCount(), manager.pulse().millis() - begin);
        } catch (RoomException e) {
            throw new RpcException(RpcCode.of(e.code()), e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new RpcException(RpcCode.INVALID_ARGUMENT, e.getMessage());
        } finally {
            if (room != null && !arrived) manager.refuse(room);
        }
    }

    /** A participant comes into a room of this node. */
    RoomMovedResponse move(MoveRequest request) throws RpcException {
        try {
            return Emigration.arrive(manager, request);
        } catch (RoomException e) {
            throw new RpcException(RpcCode.of(e.code()), e.getMessage());
        }
    }

    /** What a client has said where its room was. It comes before the client itself does. */
    void said(Said words) {
        manager.findRoom(words.getRoom()).ifPresent(room -> room.post(() -> {
            Member sender = room.member(words.getIdentity());
            if (sender == null || !sender.sid().equals(words.getParticipantSid()) || !sender.open()) return;
            room.data().receive(sender, DataLane.RELIABLE, words.getMessage().toByteArray());
        }));
    }

    private void claim(String room, String from) throws RpcException {
        Router router = manager.router();
        if (router == null) throw new RpcException(RpcCode.UNAVAILABLE, "no router: bundle cluster.redis is not active");
        try {
            String has = router.claim(room, from, manager.nodeId());
            if (!has.equals(manager.nodeId())) throw new RpcException(RpcCode.ABORTED, "room " + room + " lives on node " + has);
        } catch (ClusterException e) {
            throw new RpcException(RpcCode.UNAVAILABLE, e.getMessage());
        }
    }
}
