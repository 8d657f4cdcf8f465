package io.stoa.service.ingress;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Empty;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.protocol.livekit.IngressState.Status;
import io.stoa.protocol.rpc.CreateIngressResponse;
import io.stoa.protocol.rpc.GetIngressInfoRequest;
import io.stoa.protocol.rpc.GetIngressInfoResponse;
import io.stoa.protocol.rpc.UpdateIngressStateRequest;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Answering;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.store.IngressStore;
import io.stoa.store.IngressStore.StaleStateException;
import io.stoa.store.StoreException;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What ingress workers ask and tell (spec 7.7): the ingress part of {@code IOInfo}. */
@Component(service = {}, immediate = true)
public final class IngressReports {
    private static final Logger LOG = LoggerFactory.getLogger(IngressReports.class);

    private final Listeners<WorkerListener> listeners = new Listeners<>();
    private final Answering answering;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile IngressStore store;

    @Activate
    public IngressReports(@Reference RpcBus bus) {
        answering = new Answering(bus)
                .to(RpcMethods.CREATE_INGRESS, this::created)
                .to(RpcMethods.GET_INGRESS_INFO, this::info)
                .to(RpcMethods.UPDATE_INGRESS_STATE, this::changed);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(WorkerListener listener) {
        listeners.add(listener);
    }

    void removeListener(WorkerListener listener) {
        listeners.remove(listener);
    }

    @Deactivate
    void stop() {
        answering.close();
    }

    private IngressStore store() throws RpcException {
        return RpcException.present(store, IngressService.NO_STORE);
    }

    /** A worker fetches from a URL, and says so. */
    private CreateIngressResponse created(IngressInfo info) throws RpcException, StoreException {
        store().put(info);
        return CreateIngressResponse.getDefaultInstance();
    }

    private GetIngressInfoResponse info(GetIngressInfoRequest request) throws RpcException, StoreException {
        if (request.getIngressId().isEmpty() && request.getStreamKey().isEmpty())
            throw invalidArgument("request needs to specify either IngressId or StreamKey");
        Optional<IngressInfo> info = request.getIngressId().isEmpty() ? store().ingressByStreamKey(request.getStreamKey()) : store().ingress(request.getIngressId());
        return GetIngressInfoResponse.newBuilder().setInfo(info.orElseThrow(IngressReports::unknown)).build();
    }

    private Empty changed(UpdateIngressStateRequest request) throws RpcException, StoreException {
        IngressInfo info = store().ingress(request.getIngressId()).orElseThrow(IngressReports::unknown);
        IngressState state = request.getState();
        try {
            Status before = store().putState(request.getIngressId(), state).orElse(info.getState()).getStatus();
            if (before != state.getStatus()) tell(info.toBuilder().setState(state).build());
        } catch (StaleStateException e) {
            if (e.laterSession()) throw new RpcException(RpcCode.FAILED_PRECONDITION, "trying to overwrite an ingress with an older version");
            LOG.debug("a report came late: {}", e.getMessage());
        }
        return Empty.getDefaultInstance();
    }

    private void tell(IngressInfo info) {
        switch (info.getState().getStatus()) {
            case ENDPOINT_PUBLISHING -> {
                LOG.info("ingress {} publishes in room {}", info.getIngressId(), info.getRoomName());
                listeners.tell(one -> one.ingressStarted(info));
            }
            case ENDPOINT_INACTIVE, ENDPOINT_ERROR, ENDPOINT_COMPLETE -> {
                LOG.info("ingress {} has ended{}", info.getIngressId(), info.getState().getError().isEmpty() ? "" : ": " + info.getState().getError());
                listeners.tell(one -> one.ingressEnded(info));
            }
            case ENDPOINT_BUFFERING, UNRECOGNIZED -> LOG.debug("ingress {} is {}", info.getIngressId(), info.getState().getStatus());
        }
    }

    private static RpcException unknown() {
        return RpcException.notFound(IngressService.UNKNOWN);
    }
}
