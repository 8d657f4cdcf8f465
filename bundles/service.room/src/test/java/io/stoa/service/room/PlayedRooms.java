package io.stoa.service.room;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rooms in which one participant, ann with the track TR_1, is always there; what is done to them is noted. */
final class PlayedRooms implements RoomManager {
    final Map<String, PlayedRoom> open = new LinkedHashMap<>();
    final List<String> done = new ArrayList<>();
    DataPacket sent;
    /** They are just being taken over: whoever asks for one waits, and finds it. */
    boolean arriving;

    @Override
    public Room create(CreateRoomRequest request) {
        done.add("create " + request.getName());
        return open.computeIfAbsent(request.getName(), PlayedRoom::new).info();
    }

    @Override
    public Optional<LiveRoom> room(String name) {
        return Optional.ofNullable(open.get(name));
    }

    @Override
    public Collection<LiveRoom> rooms() {
        return arriving ? List.of() : List.copyOf(open.values());
    }

    @Override
    public RoomSession join(StartSession start, SignalSink sink) {
        throw new AssertionError("no API joins");
    }

    @Override
    public RoomSession reattach(StartSession start, SignalSink sink) {
        throw new AssertionError("nobody is signalling");
    }

    @Override
    public RoomSession resume(StartSession start, SignalSink sink) {
        throw new AssertionError("no API resumes");
    }

    @Override
    public void drain() {}

    @Override
    public int participants() {
        return open.size();
    }

    @Override
    public void shutdown() {}

    final class PlayedRoom implements LiveRoom {
        private final String name;

        PlayedRoom(String name) {
            this.name = name;
        }

        @Override
        public Room info() {
            return Room.newBuilder().setName(name).setSid("RM_live").setNumParticipants(1).build();
        }

        @Override
        public RoomInternal internal() {
            return RoomInternal.getDefaultInstance();
        }

        @Override
        public List<ParticipantInfo> participants() {
            return List.of(ParticipantInfo.newBuilder().setIdentity("ann").build());
        }

        @Override
        public ParticipantInfo participant(String identity) throws RoomException {
            if (!identity.equals("ann")) throw new RoomException(RoomException.Code.NOT_FOUND, "participant does not exist");
            return participants().getFirst();
        }

        private void note(String what, String identity) throws RoomException {
            participant(identity);
            done.add(name + ": " + what + " " + identity);
        }

        @Override
        public void removeParticipant(String identity) throws RoomException {
            note("remove", identity);
        }

        @Override
        public void moveParticipant(String identity, String destinationRoom) throws RoomException {
            note("move to " + destinationRoom, identity);
        }

        @Override
        public void forwardParticipant(String identity, String destinationRoom) throws RoomException {
            note("forward to " + destinationRoom, identity);
        }

        @Override
        public Optional<TrackInfo> mutePublishedTrack(String identity, String trackSid, boolean muted) throws RoomException {
            if (!muted) throw new RoomException(RoomException.Code.FAILED_PRECONDITION, "remote unmute not enabled");
            note("mute", identity);
            return trackSid.equals("TR_1") ? Optional.of(TrackInfo.newBuilder().setSid(trackSid).setMuted(true).build()) : Optional.empty();
        }

        @Override
        public ParticipantInfo updateParticipant(UpdateParticipantRequest request) throws RoomException {
            note("update", request.getIdentity());
            return participants().getFirst().toBuilder().setName(request.getName()).build();
        }

        @Override
        public Room updateMetadata(String metadata) {
            return info().toBuilder().setMetadata(metadata).build();
        }

        @Override
        public void updateSubscriptions(UpdateSubscriptionsRequest request) throws RoomException {
            note("subscribe", request.getIdentity());
        }

        @Override
        public void sendData(DataPacket packet) {
            sent = packet;
        }

        @Override
        public String performRpc(PerformRpcRequest request) throws RoomException {
            note(request.getMethod(), request.getDestinationIdentity());
            return "answer to " + request.getPayload();
        }

        @Override
        public void delete() {
            done.add(name + ": delete");
            open.remove(name);
        }

        @Override
        public List<ParticipantReport> inspect() {
            return List.of();
        }

        @Override
        public List<String> explain(String identity, String trackSid) {
            return List.of();
        }
    }
}
