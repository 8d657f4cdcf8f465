package io.stoa.service.egress;

import com.google.protobuf.Empty;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.rpc.GetEgressRequest;
import io.stoa.protocol.rpc.UpdateMetricsRequest;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Answering;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What egress workers ask and tell (spec 7.7): the egress part of {@code IOInfo}. And what has ended long ago is forgotten. */
@Component(service = {}, immediate = true)
public final class EgressReports {
    private static final Logger LOG = LoggerFactory.getLogger(EgressReports.class);
    private static final long SWEEP_MINUTES = 30;

    private final Listeners<WorkerListener> listeners = new Listeners<>();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("egress-sweeper").factory());
    private final Answering answering;
    private final Launch.Parts parts;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile EgressStore store;

    @Activate
    public EgressReports(@Reference RpcBus bus) {
        parts = Launch.parts(() -> bus, () -> store);
        answering = new Answering(bus)
                .to(RpcMethods.CREATE_EGRESS, this::created)
                .to(RpcMethods.UPDATE_EGRESS, this::changed)
                .to(RpcMethods.GET_EGRESS, this::egress)
                .to(RpcMethods.LIST_EGRESS, request -> EgressList.of(store(), request))
                .to(RpcMethods.UPDATE_METRICS, EgressReports::metrics);
        sweeper.scheduleWithFixedDelay(() -> sweep(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())), SWEEP_MINUTES, SWEEP_MINUTES, TimeUnit.MINUTES);
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
        sweeper.shutdown();
    }

    private EgressStore store() throws RpcException {
        return parts.store();
    }

    private Empty created(EgressInfo info) throws RpcException, StoreException {
        if (store().create(info)) listeners.tell(one -> one.egressStarted(info));
        return Empty.getDefaultInstance();
    }

    /** It is told even if it cannot be stored; and that it has started, if this report is faster than whoever asked for the start. */
    private Empty changed(EgressInfo info) throws RpcException, StoreException {
        try {
            if (store().create(info)) listeners.tell(one -> one.egressStarted(info));
            else store().put(info);
        } finally {
            tell(info);
        }
        return Empty.getDefaultInstance();
    }

    private void tell(EgressInfo info) {
        switch (info.getStatus()) {
            case EGRESS_ACTIVE, EGRESS_ENDING -> listeners.tell(one -> one.egressUpdated(info));
            case EGRESS_COMPLETE, EGRESS_FAILED, EGRESS_ABORTED, EGRESS_LIMIT_REACHED -> {
                LOG.info("egress {} has ended: {}{}", info.getEgressId(), info.getStatus(), info.getError().isEmpty() ? "" : ", " + info.getError());
                listeners.tell(one -> one.egressEnded(info));
            }
            case EGRESS_STARTING, UNRECOGNIZED -> LOG.debug("egress {} is {}", info.getEgressId(), info.getStatus());
        }
    }

    private EgressInfo egress(GetEgressRequest request) throws RpcException, StoreException {
        return store().egress(request.getEgressId()).orElseThrow(() -> RpcException.notFound(EgressService.UNKNOWN));
    }

    private static Empty metrics(UpdateMetricsRequest request) {
        LOG.info("egress {} takes {} of a processor on average, {} at most", request.getInfo().getEgressId(), request.getAvgCpuUsage(), request.getMaxCpuUsage());
        return Empty.getDefaultInstance();
    }

    /** @param now ns since 1970 */
    void sweep(long now) {
        EgressStore current = store;
        if (current == null) return;
        try {
            current.sweep(now);
        } catch (StoreException e) {
            LOG.warn("egresses that ended a day ago stay a little longer: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("egresses that ended a day ago could not be forgotten", e);
        }
    }
}
