package io.stoa.service.ingress;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Message;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateIngressRequest;
import io.stoa.protocol.livekit.DeleteIngressRequest;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressInput;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.protocol.livekit.IngressState.Status;
import io.stoa.protocol.livekit.ListIngressRequest;
import io.stoa.protocol.livekit.ListIngressResponse;
import io.stoa.protocol.livekit.UpdateIngressRequest;
import io.stoa.protocol.rpc.StartIngressRequest;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcService;
import io.stoa.rpc.WorkOrder;
import io.stoa.store.IngressStore;
import io.stoa.store.IngressStore.StaleStateException;
import io.stoa.store.StoreException;
import java.security.SecureRandom;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The methods of {@code livekit.Ingress} (spec 3.3). */
@Component(service = RpcEndpoint.class, configurationPid = "io.stoa.ingress", property = RpcEndpoint.SERVICE + "=" + IngressService.NAME)
@Designate(ocd = IngressConfig.class)
public final class IngressService extends RpcService {
    static final String NAME = "livekit.Ingress";
    static final String NO_STORE = "no store is in charge of ingresses: ops.store says why in the log";
    static final String UNKNOWN = "ingress does not exist";
    private static final Logger LOG = LoggerFactory.getLogger(IngressService.class);
    /** Workers answer when the process that fetches has started. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Ids ids;
    private volatile IngressConfig config;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile IngressStore store;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcBus bus;

    @Activate
    public IngressService(IngressConfig config) {
        this(config, new Ids(new SecureRandom()));
    }

    IngressService(IngressConfig config, Ids ids) {
        super(NAME);
        this.config = config;
        this.ids = ids;
        add("CreateIngress", CreateIngressRequest.getDefaultInstance(), this::create);
        add("UpdateIngress", UpdateIngressRequest.getDefaultInstance(), this::update);
        add("ListIngress", ListIngressRequest.getDefaultInstance(), this::list);
        add("DeleteIngress", DeleteIngressRequest.getDefaultInstance(), this::delete);
    }

    @Modified
    void modified(IngressConfig changed) {
        config = changed;
    }

    private IngressStore store() throws RpcException {
        return RpcException.present(store, NO_STORE);
    }

    private RpcBus workers() throws RpcException {
        return RpcException.present(bus, "no way to ingress workers: bundle rpc is not active");
    }

    private Message create(CreateIngressRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::ingressAdmin);
        String url = url(request);
        IngressInfo.Builder made = info(request).setUrl(url);
        boolean pulled = request.getInputType() == IngressInput.URL_INPUT;
        if (!pulled) made.setStreamKey(ids.next("")).setReusable(true);
        IngressInfo info = made.build();
        IngressChecks.check(info);
        info = Transcoding.settled(info);
        IngressStore here = store();
        // the worker has it stored
        if (pulled) return WorkOrder.give(workers(), RpcMethods.START_INGRESS.at(), StartIngressRequest.newBuilder().setInfo(info).build(), "ingress", PATIENCE);
        here.put(info);
        return info;
    }

    private String url(CreateIngressRequest request) throws RpcException {
        return switch (request.getInputType()) {
            case RTMP_INPUT -> config.rtmpBaseUrl();
            case WHIP_INPUT -> config.whipBaseUrl();
            case URL_INPUT -> PulledUrl.checked(request.getUrl());
            case UNRECOGNIZED -> throw invalidArgument("invalid ingress type");
        };
    }

    private IngressInfo.Builder info(CreateIngressRequest request) {
        IngressInfo.Builder info = IngressInfo.newBuilder()
                .setIngressId(ids.next(Ids.INGRESS))
                .setName(request.getName())
                .setInputType(request.getInputType())
                .setRoomName(request.getRoomName())
                .setParticipantIdentity(request.getParticipantIdentity())
                .setParticipantName(request.getParticipantName())
                .setParticipantMetadata(request.getParticipantMetadata())
                .setState(IngressState.getDefaultInstance());
        if (request.hasAudio()) info.setAudio(request.getAudio());
        if (request.hasVideo()) info.setVideo(request.getVideo());
        if (request.hasEnableTranscoding()) info.setEnableTranscoding(request.getEnableTranscoding());
        if (request.hasEnabled()) info.setEnabled(request.getEnabled());
        return info;
    }

    private Message update(UpdateIngressRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::ingressAdmin);
        IngressInfo changed = change(request);
        if (isActive(changed)) tell(RpcMethods.UPDATE_INGRESS.at(changed.getIngressId()), request);
        return changed;
    }

    /** One at a time: an update begins with what the one before has stored. */
    private synchronized IngressInfo change(UpdateIngressRequest request) throws RpcException, StoreException {
        IngressInfo info = stored(request.getIngressId());
        if (!info.getReusable()) throw invalidArgument("ingress is not reusable and cannot be modified");
        IngressInfo changed = changed(info, request);
        IngressChecks.check(changed);
        changed = Transcoding.settled(changed);
        if (info.getState().getStatus() == Status.ENDPOINT_ERROR) changed = rested(changed);
        store().put(changed);
        return changed;
    }

    private static IngressInfo changed(IngressInfo info, UpdateIngressRequest request) {
        IngressInfo.Builder changed = info.toBuilder();
        if (!request.getName().isEmpty()) changed.setName(request.getName());
        if (!request.getRoomName().isEmpty()) changed.setRoomName(request.getRoomName());
        if (!request.getParticipantIdentity().isEmpty()) changed.setParticipantIdentity(request.getParticipantIdentity());
        if (!request.getParticipantName().isEmpty()) changed.setParticipantName(request.getParticipantName());
        if (!request.getParticipantMetadata().isEmpty()) changed.setParticipantMetadata(request.getParticipantMetadata());
        if (request.hasEnableTranscoding()) changed.setEnableTranscoding(request.getEnableTranscoding());
        if (request.hasAudio()) changed.setAudio(request.getAudio());
        if (request.hasVideo()) changed.setVideo(request.getVideo());
        if (request.hasEnabled()) changed.setEnabled(request.getEnabled());
        return changed.build();
    }

    /** What had failed may be tried again. */
    private IngressInfo rested(IngressInfo info) throws RpcException, StoreException {
        IngressState inactive = info.getState().toBuilder().setStatus(Status.ENDPOINT_INACTIVE).build();
        try {
            store().putState(info.getIngressId(), inactive);
        } catch (StaleStateException e) {
            return info; // it has been tried meanwhile
        }
        return info.toBuilder().setState(inactive).build();
    }

    private static boolean isActive(IngressInfo info) {
        Status status = info.getState().getStatus();
        return status == Status.ENDPOINT_BUFFERING || status == Status.ENDPOINT_PUBLISHING;
    }

    /** What is stored counts: a worker that does not answer has no say. */
    private <Q extends Message> void tell(RpcAddress<Q, IngressState> worker, Q request) throws RpcException {
        try {
            workers().call(worker, request);
        } catch (RpcException e) {
            LOG.warn("the worker of an active ingress does not know yet: {}: {}", worker, e.getMessage());
        }
    }

    private IngressInfo stored(String id) throws RpcException, StoreException {
        return store().ingress(id).orElseThrow(() -> RpcException.notFound(UNKNOWN));
    }

    private Message list(ListIngressRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::ingressAdmin);
        ListIngressResponse.Builder response = ListIngressResponse.newBuilder();
        if (request.getIngressId().isEmpty()) response.addAllItems(store().ingresses(request.getRoomName()));
        else response.addItems(stored(request.getIngressId()));
        return response.build();
    }

    private Message delete(DeleteIngressRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(VideoGrant::ingressAdmin);
        IngressInfo info = stored(request.getIngressId());
        if (isActive(info)) tell(RpcMethods.DELETE_INGRESS.at(info.getIngressId()), request);
        store().delete(info.getIngressId());
        return info.toBuilder().setState(info.getState().toBuilder().setStatus(Status.ENDPOINT_INACTIVE)).build();
    }
}
