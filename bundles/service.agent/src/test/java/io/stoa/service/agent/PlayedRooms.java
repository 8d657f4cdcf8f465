package io.stoa.service.agent;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomManager;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rooms of which only those things are asked that concern agents. Tells the office of the moment what happens. */
final class PlayedRooms {
    final Map<String, Played> open = new LinkedHashMap<>();
    private final RoomManager manager = play(RoomManager.class, (method, arguments) -> switch (method) {
        case "room" -> Optional.ofNullable(open.get(arguments[0])).map(played -> played.live);
        case "rooms" -> open.values().stream().map(played -> played.live).toList();
        case "create" -> open(((CreateRoomRequest) arguments[0]).getName()).live.info();
        default -> throw new UnsupportedOperationException(method);
    });
    private int sids;
    /** When, Unix seconds. */
    long created;
    /** Null: nobody listens. */
    AgentOffice listener;

    private interface Part {
        Object play(String method, Object[] arguments);
    }

    private static <T> T play(Class<T> type, Part part) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> part.play(method.getName(), arguments)));
    }

    RoomManager manager() {
        return manager;
    }

    /** Opens it, or finds it open. */
    Played open(String name, RoomAgentDispatch... dispatches) {
        if (open.containsKey(name)) return open.get(name);
        Played room = new Played(name, RoomInternal.newBuilder().addAllAgentDispatches(List.of(dispatches)).build());
        open.put(name, room);
        if (listener != null) listener.started(room.info);
        return room;
    }

    final class Played {
        final Room info;
        final LiveRoom live;
        private final Map<String, ParticipantInfo> here = Collections.synchronizedMap(new LinkedHashMap<>());
        /** What happens once between the question who is there and its answer. */
        Runnable meanwhile = () -> {};

        Played(String name, RoomInternal internal) {
            info = Room.newBuilder().setName(name).setSid("RM_" + ++sids).setCreationTime(created).build();
            live = play(LiveRoom.class, (method, arguments) -> switch (method) {
                case "info" -> info;
                case "internal" -> internal;
                case "participants" -> {
                    List<ParticipantInfo> counted = List.copyOf(here.values());
                    Runnable now = meanwhile;
                    meanwhile = () -> {};
                    now.run();
                    yield counted;
                }
                default -> throw new UnsupportedOperationException(method);
            });
        }

        void enters(String identity) {
            enters(identity, ParticipantInfo.Kind.STANDARD);
        }

        void agentEnters(String identity) {
            enters(identity, ParticipantInfo.Kind.AGENT);
        }

        private void enters(String identity, ParticipantInfo.Kind kind) {
            ParticipantInfo one = ParticipantInfo.newBuilder()
                    .setIdentity(identity)
                    .setSid("PA_" + ++sids)
                    .setKind(kind)
                    .setPermission(ParticipantPermission.newBuilder().setAgent(kind == ParticipantInfo.Kind.AGENT))
                    .build();
            here.put(identity, one);
            if (listener != null) listener.event(info, agents -> agents.entered(one));
        }

        void publishes(String identity) {
            ParticipantInfo one = here.get(identity).toBuilder().setIsPublisher(true).build();
            here.put(identity, one);
            if (listener != null) listener.event(info, agents -> agents.published(one));
        }

        void leaves(String identity, DisconnectReason reason) {
            ParticipantInfo one = here.remove(identity).toBuilder().setDisconnectReason(reason).build();
            if (listener != null) listener.event(info, agents -> agents.left(one));
        }

        void closes() {
            for (String identity : List.copyOf(here.keySet())) leaves(identity, DisconnectReason.ROOM_CLOSED);
            open.remove(info.getName());
            if (listener != null) listener.finished(info);
        }
    }
}
