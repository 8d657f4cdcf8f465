package io.stoa.service.egress;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import io.stoa.protocol.livekit.ListEgressRequest;
import io.stoa.protocol.livekit.ParticipantEgressRequest;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.StartEgressRequest;
import io.stoa.protocol.livekit.StopEgressRequest;
import io.stoa.protocol.livekit.TrackCompositeEgressRequest;
import io.stoa.protocol.livekit.TrackEgressRequest;
import io.stoa.protocol.livekit.UpdateLayoutRequest;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateStreamRequest;
import io.stoa.protocol.livekit.WebEgressRequest;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.Caller;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcService;
import io.stoa.store.EgressStore;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The methods of {@code livekit.Egress} (spec 3.2). */
@Component(service = RpcEndpoint.class, property = RpcEndpoint.SERVICE + "=" + EgressService.NAME)
public final class EgressService extends RpcService {
    static final String NAME = "livekit.Egress";
    static final String UNKNOWN = "egress does not exist";

    private final Listeners<WorkerListener> listeners = new Listeners<>();
    private final Launch.Parts parts = Launch.parts(() -> this.bus, () -> this.store);
    private final Launch launch;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile EgressStore store;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomStore roomStore;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcBus bus;

    @Reference(target = "(" + RpcEndpoint.SERVICE + "=livekit.RoomService)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcEndpoint roomService;

    @Activate
    public EgressService() {
        this(new Ids(new SecureRandom()));
    }

    EgressService(Ids ids) {
        super(NAME);
        launch = new Launch(parts, ids, listeners);
        add("StartEgress", StartEgressRequest.getDefaultInstance(), (request, caller) -> start(caller, internal().setEgress(request).build()));
        add("StartRoomCompositeEgress", RoomCompositeEgressRequest.getDefaultInstance(),
                (request, caller) -> start(caller, internal().setRoomComposite(request).build()));
        add("StartWebEgress", WebEgressRequest.getDefaultInstance(), (request, caller) -> start(caller, internal().setWeb(request).build()));
        add("StartParticipantEgress", ParticipantEgressRequest.getDefaultInstance(),
                (request, caller) -> start(caller, internal().setParticipant(request).build()));
        add("StartTrackCompositeEgress", TrackCompositeEgressRequest.getDefaultInstance(),
                (request, caller) -> start(caller, internal().setTrackComposite(request).build()));
        add("StartTrackEgress", TrackEgressRequest.getDefaultInstance(), (request, caller) -> start(caller, internal().setTrack(request).build()));
        add("UpdateLayout", UpdateLayoutRequest.getDefaultInstance(), this::layout);
        add("UpdateStream", UpdateStreamRequest.getDefaultInstance(), this::stream);
        add("ListEgress", ListEgressRequest.getDefaultInstance(), this::list);
        add("StopEgress", StopEgressRequest.getDefaultInstance(), this::stop);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(WorkerListener listener) {
        listeners.add(listener);
    }

    void removeListener(WorkerListener listener) {
        listeners.remove(listener);
    }

    // -- start

    private static io.stoa.protocol.rpc.StartEgressRequest.Builder internal() {
        return io.stoa.protocol.rpc.StartEgressRequest.newBuilder();
    }

    private Message start(Caller caller, io.stoa.protocol.rpc.StartEgressRequest request) throws RpcException, StoreException {
        caller.require(VideoGrant::roomRecord);
        String room = EgressChecks.room(request);
        String sid = room.isEmpty() ? "" : sid(room);
        EgressChecks.check(request);
        return launch.start(request, room, sid);
    }

    private String sid(String room) throws RpcException, StoreException {
        return RpcException.present(roomStore, "no room store: no store bundle is active").room(room)
                .orElseThrow(() -> RpcException.notFound("requested room does not exist")).room().getSid();
    }

    // -- change and stop

    /** The template reads its layout from the metadata of the participant that records. */
    private Message layout(UpdateLayoutRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::roomRecord);
        EgressInfo info = stored(request.getEgressId());
        JsonObject metadata = new JsonObject();
        metadata.addProperty("layout", request.getLayout());
        RpcException.present(roomService, "no room service: bundle service.room is not active").call("UpdateParticipant",
                UpdateParticipantRequest.newBuilder().setRoom(info.getRoomName()).setIdentity(info.getEgressId()).setMetadata(metadata.toString()).build(),
                new Caller(Claims.of("", VideoGrant.admin(info.getRoomName()))));
        return info;
    }

    private Message stream(UpdateStreamRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::roomRecord);
        return ask(RpcMethods.UPDATE_STREAM.at(request.getEgressId()), request, request.getEgressId(), "updated", 1);
    }

    private Message stop(StopEgressRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::roomRecord);
        return ask(RpcMethods.STOP_EGRESS.at(request.getEgressId()), request, request.getEgressId(), "stopped", 2);
    }

    /**
     * Its worker; also of one that the store does not know, but not for long.
     *
     * @param attempts for that. Stopping has one more than changing, so that who asks for both at once is refused in the order of asking:
     *     SDKs reject promises that are not awaited yet
     */
    private <Q extends Message> EgressInfo ask(RpcAddress<Q, EgressInfo> worker, Q request, String id, String what, int attempts)
            throws RpcException, StoreException {
        if (id.isEmpty()) throw RpcException.notFound(UNKNOWN);
        Optional<EgressInfo> known = parts.store().egress(id);
        if (known.isPresent() && !mayChange(known.get())) throw tooLate(known.get(), what);
        RpcBus workers = parts.workers();
        CallOptions usual = workers.defaults();
        CallOptions patience = known.isPresent() ? usual : new CallOptions(usual.timeout(), attempts, Duration.ZERO, Map.of());
        try {
            return workers.call(worker, request, patience);
        } catch (RpcException e) {
            EgressInfo now = stored(id);
            if (!mayChange(now)) throw tooLate(now, what);
            throw e.code() == RpcCode.UNAVAILABLE && what.equals("stopped") ? new RpcException(RpcCode.DEADLINE_EXCEEDED, "request timed out") : e;
        }
    }

    private static boolean mayChange(EgressInfo info) {
        return info.getStatus() == EgressStatus.EGRESS_STARTING || info.getStatus() == EgressStatus.EGRESS_ACTIVE;
    }

    private static RpcException tooLate(EgressInfo info, String what) {
        return new RpcException(RpcCode.FAILED_PRECONDITION, "egress with status " + info.getStatus() + " cannot be " + what);
    }

    private EgressInfo stored(String id) throws RpcException, StoreException {
        return parts.store().egress(id).orElseThrow(() -> RpcException.notFound(UNKNOWN));
    }

    private Message list(ListEgressRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::roomRecord);
        return EgressList.of(parts.store(), request);
    }
}
