package io.stoa.service.egress;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.EgressLauncher;
import io.stoa.room.RoomException;
import io.stoa.room.RoomListener;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Listeners;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.store.EgressStore;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Starts what rooms want recorded. A component of its own: rooms need it, and the API needs rooms. */
@Component(service = {EgressLauncher.class, RoomListener.class})
public final class RecordedRooms implements EgressLauncher, RoomListener {
    private final Listeners<WorkerListener> listeners = new Listeners<>();
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("auto-egress-", 0).factory());
    private final AutoEgress automatic;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile EgressStore store;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcBus bus;

    @Activate
    public RecordedRooms() {
        this(new Ids(new SecureRandom()));
    }

    RecordedRooms(Ids ids) {
        Launch.Parts parts = Launch.parts(() -> bus, () -> store);
        automatic = new AutoEgress(new Launch(parts, ids, listeners), parts, listeners, executor);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(WorkerListener listener) {
        listeners.add(listener);
    }

    void removeListener(WorkerListener listener) {
        listeners.remove(listener);
    }

    @Deactivate
    void close() {
        executor.shutdown(); // what has begun is still told
    }

    @Override
    public void created(Room room, RoomCompositeEgressRequest request) throws RoomException {
        try {
            automatic.created(room, request);
        } catch (RpcException e) {
            throw new RoomException(code(e.code()), e.getMessage(), e);
        }
    }

    private static RoomException.Code code(RpcCode code) {
        return Arrays.stream(RoomException.Code.values()).filter(one -> one.name().equals(code.name())).findFirst().orElse(RoomException.Code.UNKNOWN);
    }

    @Override
    public void published(Room room, RoomInternal wishes, ParticipantInfo participant, TrackInfo track) {
        automatic.published(room, wishes, participant, track);
    }

    @Override
    public void roomFinished(Room room) {
        automatic.finished(room);
    }
}
