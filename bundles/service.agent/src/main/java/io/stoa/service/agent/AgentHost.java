package io.stoa.service.agent;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.stoa.agent.AgentServer;
import io.stoa.agent.WorkerSink;
import io.stoa.agent.WorkerSpec;
import io.stoa.auth.KeyProvider;
import io.stoa.cluster.MessageBus;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.ServerInfo;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomListener;
import io.stoa.room.RoomManager;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import io.stoa.store.AgentStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The services of the moment, and the desk. Everything it uses may come and go. */
@Component(service = {AgentServer.class, RoomListener.class, RpcEndpoint.class}, immediate = true, configurationPid = {"io.stoa.agents", "io.stoa.limit"})
public final class AgentHost implements AgentServer, RoomListener, RpcEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(AgentHost.class);

    private final ScheduledExecutorService desk = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("agents").factory());
    private final ExecutorService background = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("agents-", 0).factory());
    private final ExecutorService records = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("agents-store").factory());
    private final ExecutorService clerk = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("agents-rpc").factory());
    private final AgentOffice office;
    private final AgentDispatchService dispatches;
    private volatile AgentsConfig config;
    private volatile LimitConfig limits;
    private volatile RoomManager rooms;
    private RpcBus bus;
    private MessageBus shared;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeRegistry nodes;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomAllocator allocator;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile Router router;

    @Activate
    public AgentHost(AgentsConfig config, LimitConfig limits) {
        this.config = config;
        this.limits = limits;
        office = new AgentOffice(new AgentOffice.Tools(
                new ExecutorDesk(desk), background, records, clerk, new SecureRandom(), () -> keys, () -> rooms, () -> this.config, this::server,
                this::draining, this::remove));
        RoomPlaces places = new RoomPlaces(() -> rooms, () -> allocator, () -> router, () -> nodes, this::sharedBus);
        dispatches = new AgentDispatchService(places, () -> this.limits, office);
        office.serveDispatches(dispatches);
    }

    @Modified
    void modified(AgentsConfig changed, LimitConfig changedLimits) {
        config = changed;
        limits = changedLimits;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindRooms(RoomManager next) {
        rooms = next;
        office.review();
    }

    void unbindRooms(RoomManager gone) {
        if (rooms == gone) rooms = null;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindStore(AgentStore next) {
        office.bind(next);
    }

    void unbindStore(AgentStore gone) {
        office.unbind(gone);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindBus(RpcBus next) {
        bus = next;
        office.follow(sharedBus());
    }

    synchronized void unbindBus(RpcBus gone) {
        if (bus != gone) return;
        bus = null;
        office.follow(null);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY, target = "(stoa.bus=shared)")
    synchronized void bindShared(MessageBus next) {
        shared = next;
        office.follow(sharedBus());
    }

    synchronized void unbindShared(MessageBus gone) {
        if (shared != gone) return;
        shared = null;
        office.follow(null);
    }

    /** Null while no other node hears it. */
    private synchronized RpcBus sharedBus() {
        return shared == null ? null : bus;
    }

    private boolean draining() {
        NodeRegistry current = nodes;
        return current != null && current.draining();
    }

    @Deactivate
    void stop() {
        desk.shutdownNow();
        background.shutdown();
        records.shutdown();
        clerk.shutdown();
    }

    private ServerInfo server() {
        ServerInfo.Builder server = ServerInfo.newBuilder().setVersion("1.13.5").setProtocol(17).setAgentProtocol(1);
        NodeRegistry current = nodes;
        if (current != null) server.setNodeId(current.localId()).setRegion(current.local().getRegion());
        return server.build();
    }

    private void remove(String room, String identity) {
        RoomManager current = rooms;
        if (current == null) return;
        background.execute(() -> {
            try {
                LiveRoom live = current.room(room).orElse(null);
                if (live == null) return;
                live.removeParticipant(identity);
                LOG.info("room {}: agent {} stayed after its job had ended, and was removed", room, identity);
            } catch (RoomException | IllegalStateException e) {
                LOG.info("room {}: agent {} is not removed: {}", room, identity, e.getMessage());
            }
        });
    }

    // -- AgentServer

    @Override
    public Map<String, WorkerSession> begin(byte[] state, Map<String, WorkerSink> sinks) {
        return office.begin(state, sinks);
    }

    @Override
    public boolean takesWorkers() {
        return office.takesWorkers();
    }

    @Override
    public WorkerSession open(WorkerSpec worker, WorkerSink sink) {
        return office.open(worker, sink);
    }

    @Override
    public byte[] release() {
        return office.release();
    }

    // -- RoomListener

    @Override
    public void roomStarted(Room room) {
        office.started(room);
    }

    @Override
    public void roomFinished(Room room) {
        office.finished(room);
    }

    /** Its dispatches and jobs are in the store, where it has left them. */
    @Override
    public void roomArrived(Room room, List<ParticipantInfo> participants) {
        office.started(room);
    }

    @Override
    public void roomDeparted(Room room) {
        office.departed(room);
    }

    @Override
    public void participantEntered(Room room, ParticipantInfo participant) {
        office.event(room, agents -> agents.entered(participant));
    }

    @Override
    public void participantLeft(Room room, ParticipantInfo participant) {
        office.event(room, agents -> agents.left(participant));
    }

    @Override
    public void trackPublished(Room room, ParticipantInfo participant, TrackInfo track) {
        office.event(room, agents -> agents.published(participant));
    }

    // -- RpcEndpoint

    @Override
    public ServiceDescriptor descriptor() {
        return dispatches.descriptor();
    }

    @Override
    public Message requestPrototype(String method) {
        return dispatches.requestPrototype(method);
    }

    @Override
    public Message call(String method, Message request, Caller caller) throws RpcException {
        return dispatches.call(method, request, caller);
    }
}
