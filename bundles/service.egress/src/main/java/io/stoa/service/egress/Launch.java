package io.stoa.service.egress;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.WorkOrder;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of a request to the worker that takes it. */
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
    /** Workers answer when the process that records has started. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The parts of the day. */
    interface Parts {
        RpcBus workers() throws RpcException;

        EgressStore store() throws RpcException;
    }

    static Parts parts(Supplier<RpcBus> bus, Supplier<EgressStore> store) {
        return new Parts() {
            @Override
            public RpcBus workers() throws RpcException {
                return RpcException.present(bus.get(), "no way to egress workers: bundle rpc is not active");
            }

            @Override
            public EgressStore store() throws RpcException {
                return RpcException.present(store.get(), "no store is in charge of egresses: ops.store says why in the log");
            }
        };
    }

    private final Parts parts;
    private final Ids ids;
    private final Listeners<WorkerListener> listeners;

    Launch(Parts parts, Ids ids, Listeners<WorkerListener> listeners) {
        this.parts = parts;
        this.ids = ids;
        this.listeners = listeners;
    }

    /** @param room empty for a web page, and so is its sid */
    EgressInfo start(StartEgressRequest request, String room, String sid) throws RpcException, StoreException {
        EgressStore store = parts.store(); // what cannot be listed and stopped is not started
        EgressInfo info = WorkOrder.give(parts.workers(), RpcMethods.START_EGRESS.at(""),
                request.toBuilder().setEgressId(ids.next(Ids.EGRESS)).setRoomId(sid).setRoomName(room).build(), "egress", PATIENCE);
        LOG.info("egress {} starts{}", info.getEgressId(), room.isEmpty() ? "" : " in room " + room);
        try {
            if (store.create(info)) listeners.tell(one -> one.egressStarted(info));
        } catch (StoreException e) {
            LOG.warn("egress {} has started and is not stored until its worker reports: {}", info.getEgressId(), e.getMessage());
        }
        return info;
    }
}
