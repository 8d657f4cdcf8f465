package io.stoa.service.room;

import com.google.protobuf.Message;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.protocol.livekit.ForwardParticipantResponse;
import io.stoa.protocol.livekit.ListParticipantsResponse;
import io.stoa.protocol.livekit.MoveParticipantResponse;
import io.stoa.protocol.livekit.MuteRoomTrackResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcResponse;
import io.stoa.protocol.livekit.RemoveParticipantResponse;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.SendDataResponse;
import io.stoa.protocol.livekit.UpdateSubscriptionsResponse;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomListener;
import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import io.stoa.rpc.RpcMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what other nodes ask about rooms and participants that live here (spec 7.5). Whoever may ask was found out where the request
 * came in.
 */
final class RoomRpcServer implements RoomListener {
    private static final Logger LOG = LoggerFactory.getLogger(RoomRpcServer.class);
    private static final String CREATION = "";

    private interface Answer<Q, A> {
        A to(Q request) throws RoomException, RpcException;
    }

    private final RpcBus bus;
    /** Null while there is none. */
    private volatile RoomManager rooms;
    /** By room, or room and participant. */
    private final Map<String, List<Subscription>> served = new ConcurrentHashMap<>();
    /** Subscribing waits for the bus, and events of rooms must not. In order, so that what ends ends after it began. */
    private final ExecutorService clerk = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("room-rpc").factory());

    RoomRpcServer(RpcBus bus, String nodeId) {
        this.bus = bus;
        serve(CREATION, List.of(() -> answer(RpcMethods.CREATE_ROOM.at(nodeId), request -> manager().create(request))));
    }

    /**
     * Also what lives already; from now on events tell. What was served under another manager is still, and asks this one, who may be taking
     * the rooms over.
     *
     * @param manager null if there is none for a moment
     */
    void follow(RoomManager manager) {
        rooms = manager;
        if (manager == null) return;
        clerk.execute(() -> {
            for (String key : List.copyOf(served.keySet())) if (isRoom(key)) endUnlessOpen(manager, key);
            for (LiveRoom room : manager.rooms()) {
                try {
                    Room info = room.info();
                    roomStarted(info);
                    for (ParticipantInfo participant : room.participants()) participantJoined(info, participant);
                } catch (IllegalStateException e) {
                    LOG.debug("a room is just being handed over, and its next manager tells of it", e);
                }
            }
        });
    }

    private static boolean isRoom(String key) {
        return !key.equals(CREATION) && key.indexOf(0) < 0;
    }

    private void endUnlessOpen(RoomManager manager, String name) {
        try {
            if (manager.room(name).isEmpty()) departed(name);
        } catch (IllegalStateException e) {
            LOG.warn("what has become of room {} is not known for now: {}", name, e.getMessage());
        }
    }

    private RoomManager manager() throws RpcException {
        RoomManager manager = rooms;
        if (manager == null) throw new RpcException(RpcCode.UNAVAILABLE, "there is no room manager: the bundle room is missing");
        return manager;
    }

    void stop() {
        clerk.shutdownNow();
        served.values().forEach(all -> all.forEach(Subscription::close));
    }

    @Override
    public void roomStarted(Room room) {
        String name = room.getName();
        serve(name, List.of(
                () -> room(name, RpcMethods.DELETE_ROOM, request -> {
                    live(name).delete();
                    return DeleteRoomResponse.getDefaultInstance();
                }),
                () -> room(name, RpcMethods.SEND_DATA, request -> {
                    live(name).sendData(RoomService.packet(request));
                    return SendDataResponse.getDefaultInstance();
                }),
                () -> room(name, RpcMethods.UPDATE_ROOM_METADATA, request -> live(name).updateMetadata(request.getMetadata())),
                () -> room(name, RpcMethods.LIST_PARTICIPANTS,
                        request -> ListParticipantsResponse.newBuilder().addAllParticipants(live(name).participants()).build()),
                () -> room(name, RpcMethods.GET_PARTICIPANT, request -> live(name).participant(request.getIdentity()))));
    }

    @Override
    public void roomArrived(Room room, List<ParticipantInfo> participants) {
        roomStarted(room);
        for (ParticipantInfo participant : participants) participantJoined(room, participant);
    }

    @Override
    public void roomDeparted(Room room) {
        departed(room.getName());
    }

    private void departed(String name) {
        for (String key : List.copyOf(served.keySet())) if (key.equals(name) || key.startsWith(key(name, ""))) end(key);
    }

    @Override
    public void roomFinished(Room room) {
        end(room.getName());
    }

    @Override
    public void participantJoined(Room room, ParticipantInfo participant) {
        String name = room.getName();
        String identity = participant.getIdentity();
        serve(key(name, identity), List.of(
                () -> participant(name, identity, RpcMethods.REMOVE_PARTICIPANT, request -> {
                    live(name).removeParticipant(identity);
                    return RemoveParticipantResponse.getDefaultInstance();
                }),
                () -> participant(name, identity, RpcMethods.MUTE_PUBLISHED_TRACK, request -> {
                    MuteRoomTrackResponse.Builder response = MuteRoomTrackResponse.newBuilder();
                    live(name).mutePublishedTrack(identity, request.getTrackSid(), request.getMuted()).ifPresent(response::setTrack);
                    return response.build();
                }),
                () -> participant(name, identity, RpcMethods.UPDATE_PARTICIPANT, request -> live(name).updateParticipant(request)),
                () -> participant(name, identity, RpcMethods.UPDATE_SUBSCRIPTIONS, request -> {
                    live(name).updateSubscriptions(request);
                    return UpdateSubscriptionsResponse.getDefaultInstance();
                }),
                () -> participant(name, identity, RpcMethods.FORWARD_PARTICIPANT, request -> {
                    live(name).forwardParticipant(identity, request.getDestinationRoom());
                    return ForwardParticipantResponse.getDefaultInstance();
                }),
                () -> participant(name, identity, RpcMethods.MOVE_PARTICIPANT, request -> {
                    live(name).moveParticipant(identity, request.getDestinationRoom());
                    return MoveParticipantResponse.getDefaultInstance();
                }),
                () -> participant(name, identity, RpcMethods.PERFORM_RPC,
                        request -> PerformRpcResponse.newBuilder().setPayload(live(name).performRpc(request)).build())));
    }

    @Override
    public void participantLeft(Room room, ParticipantInfo participant) {
        end(key(room.getName(), participant.getIdentity()));
    }

    private static String key(String room, String identity) {
        return room + "\0" + identity;
    }

    private interface Opening {
        Subscription open();
    }

    /** What is served goes on: it finds its room anew with every request. */
    private void serve(String key, List<Opening> methods) {
        if (clerk.isShutdown()) return;
        clerk.execute(() -> {
            if (served.containsKey(key)) return;
            List<Subscription> open = new ArrayList<>();
            for (Opening method : methods) open.add(method.open());
            served.put(key, open);
        });
    }

    private void end(String key) {
        if (clerk.isShutdown()) return;
        clerk.execute(() -> {
            List<Subscription> open = served.remove(key);
            if (open != null) open.forEach(Subscription::close);
        });
    }

    private LiveRoom live(String name) throws RpcException {
        return manager().room(name).orElseThrow(() -> new RpcException(RpcCode.NOT_FOUND, "requested room does not exist"));
    }

    private <Q extends Message, A extends Message> Subscription room(String name, RpcMethod<Q, A> method, Answer<Q, A> answer) {
        return answer(method.at(name), answer);
    }

    private <Q extends Message, A extends Message> Subscription participant(String room, String identity, RpcMethod<Q, A> method, Answer<Q, A> answer) {
        return answer(method.at(RpcMethods.participant(room, identity)), answer);
    }

    private <Q extends Message, A extends Message> Subscription answer(RpcAddress<Q, A> at, Answer<Q, A> answer) {
        return bus.serve(at, (request, context) -> {
            try {
                return answer.to(request);
            } catch (RoomException e) {
                throw new RpcException(RpcCode.of(e.code()), e.getMessage());
            } catch (IllegalStateException e) { // rooms that are just being handed over
                throw new RpcException(RpcCode.UNAVAILABLE, e.getMessage());
            }
        });
    }
}
