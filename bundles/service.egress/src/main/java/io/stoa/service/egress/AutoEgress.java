package io.stoa.service.egress;

import io.stoa.protocol.livekit.AutoParticipantEgress;
import io.stoa.protocol.livekit.AutoTrackEgress;
import io.stoa.protocol.livekit.DirectFileOutput;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import io.stoa.protocol.livekit.ParticipantEgressRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackEgressRequest;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcException;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What rooms are recorded by without being asked for each time. Whoever is not recorded in the end, that is told as an egress that failed. */
final class AutoEgress {
    private static final Logger LOG = LoggerFactory.getLogger(AutoEgress.class);

    private record Presence(String roomSid, String identity) {}

    private final Launch launch;
    private final Launch.Parts parts;
    private final Listeners<WorkerListener> listeners;
    private final Executor executor;
    /** Participants with an egress, so that further tracks start no further one. */
    private final Set<Presence> begun = ConcurrentHashMap.newKeySet();

    AutoEgress(Launch launch, Launch.Parts parts, Listeners<WorkerListener> listeners, Executor executor) {
        this.launch = launch;
        this.parts = parts;
        this.listeners = listeners;
        this.executor = executor;
    }

    void created(Room room, RoomCompositeEgressRequest wish) throws RpcException {
        RoomCompositeEgressRequest request = wish.toBuilder().setRoomName(room.getName()).build();
        start(room, StartEgressRequest.newBuilder().setRoomComposite(request).build(), EgressInfo.newBuilder().setRoomComposite(request));
    }

    void published(Room room, RoomInternal wishes, ParticipantInfo participant, TrackInfo track) {
        if (wishes.hasParticipantEgress() && begun.add(new Presence(room.getSid(), participant.getIdentity())))
            later(room, () -> participant(room, wishes.getParticipantEgress(), participant.getIdentity()));
        if (wishes.hasTrackEgress() && participant.getKind() != ParticipantInfo.Kind.EGRESS)
            later(room, () -> track(room, wishes.getTrackEgress(), track.getSid()));
    }

    void finished(Room room) {
        begun.removeIf(presence -> presence.roomSid.equals(room.getSid()));
    }

    private interface Start {
        void run() throws RpcException;
    }

    private void later(Room room, Start start) {
        try {
            executor.execute(() -> {
                try {
                    start.run();
                } catch (RpcException e) {
                    LOG.warn("room {} is not recorded as it should be: {}", room.getName(), e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.warn("room {} is not recorded as it should be: egress is just being replaced", room.getName());
        }
    }

    private void participant(Room room, AutoParticipantEgress wish, String identity) throws RpcException {
        if (isRecorded(room, identity)) return;
        ParticipantEgressRequest.Builder request = ParticipantEgressRequest.newBuilder()
                .setRoomName(room.getName())
                .setIdentity(identity)
                .addAllFileOutputs(wish.getFileOutputsList())
                .addAllSegmentOutputs(wish.getSegmentOutputsList());
        switch (wish.getOptionsCase()) {
            case PRESET -> request.setPreset(wish.getPreset());
            case ADVANCED -> request.setAdvanced(wish.getAdvanced());
            case OPTIONS_NOT_SET -> request.clearOptions();
        }
        start(room, StartEgressRequest.newBuilder().setParticipant(request).build(), EgressInfo.newBuilder().setParticipant(request));
    }

    /** By whoever had this in hand before. */
    private boolean isRecorded(Room room, String identity) {
        try {
            return parts.store().egresses(room.getName(), false).stream()
                    .anyMatch(info -> info.getRoomId().equals(room.getSid()) && info.hasParticipant() && info.getParticipant().getIdentity().equals(identity));
        } catch (RpcException | StoreException e) {
            return false; // then it is not started either, and that is told
        }
    }

    private void track(Room room, AutoTrackEgress wish, String sid) throws RpcException {
        DirectFileOutput.Builder file = DirectFileOutput.newBuilder().setFilepath(withTrack(wish.getFilepath())).setDisableManifest(wish.getDisableManifest());
        switch (wish.getOutputCase()) {
            case S3 -> file.setS3(wish.getS3());
            case GCP -> file.setGcp(wish.getGcp());
            case AZURE -> file.setAzure(wish.getAzure());
            case ALIOSS -> file.setAliOSS(wish.getAliOSS());
            case OUTPUT_NOT_SET -> file.clearOutput();
        }
        TrackEgressRequest request = TrackEgressRequest.newBuilder().setRoomName(room.getName()).setTrackId(sid).setFile(file).build();
        start(room, StartEgressRequest.newBuilder().setTrack(request).build(), EgressInfo.newBuilder().setTrack(request));
    }

    /** Tracks have files of their own. */
    static String withTrack(String path) {
        if (path.isEmpty() || path.endsWith("/") || path.contains("{track_id}")) return path;
        int dot = path.indexOf('.');
        return dot < 0 ? path + "-{track_id}" : path.substring(0, dot) + "-{track_id}" + path.substring(dot);
    }

    private void start(Room room, StartEgressRequest request, EgressInfo.Builder failed) throws RpcException {
        try {
            launch.start(request, room.getName(), room.getSid());
        } catch (RpcException e) {
            tell(room, failed, e);
            throw e;
        } catch (StoreException e) {
            tell(room, failed, e);
            throw RpcException.of(e);
        }
    }

    private void tell(Room room, EgressInfo.Builder failed, Exception why) {
        EgressInfo info = failed.setRoomId(room.getSid()).setRoomName(room.getName()).setStatus(EgressStatus.EGRESS_FAILED).setError(why.getMessage()).build();
        listeners.tell(one -> one.egressEnded(info));
    }
}
