package io.stoa.service.egress;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomManager;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.store.EgressStore;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of a request to the worker that takes it. */
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

    /** The parts of the day. */
    interface Parts {
        RpcBus workers() throws RpcException;

        EgressStore store() throws RpcException;

        RoomStore roomStore() throws RpcException;

        /** Null if there is none. */
        RoomManager rooms();
    }

    private final Parts parts;
    private final Ids ids;
    private final Listeners<WorkerListener> listeners;

    Launch(Parts parts, Ids ids, Listeners<WorkerListener> listeners) {
        this.parts = parts;
        this.ids = ids;
        this.listeners = listeners;
    }

    EgressInfo start(StartEgressRequest request) throws RpcException, StoreException {
        String room = EgressChecks.room(request);
        String sid = room.isEmpty() ? "" : sid(room);
        EgressChecks.check(request);
        return start(request, room, sid);
    }

    EgressInfo start(StartEgressRequest request, String room, String sid) throws RpcException, StoreException {
        EgressStore store = parts.store(); // what cannot be listed and stopped is not started
        EgressInfo info = parts.workers().call(RpcMethods.START_EGRESS.at(""),
                request.toBuilder().setEgressId(ids.next(Ids.EGRESS)).setRoomId(sid).setRoomName(room).build());
        LOG.info("egress {} starts{}", info.getEgressId(), room.isEmpty() ? "" : " in room " + room);
        try {
            if (store.create(info)) listeners.tell(one -> one.egressStarted(info));
        } catch (StoreException e) {
            LOG.warn("egress {} has started and is not stored until its worker reports: {}", info.getEgressId(), e.getMessage());
        }
        return info;
    }

    private String sid(String room) throws RpcException, StoreException {
        RoomManager here = parts.rooms();
        Optional<Room> open = here == null ? Optional.empty() : here.room(room).map(LiveRoom::info);
        if (open.isEmpty()) open = parts.roomStore().room(room).map(RoomStore.RoomRecord::room);
        return open.orElseThrow(() -> RpcException.notFound("requested room does not exist")).getSid();
    }
}
