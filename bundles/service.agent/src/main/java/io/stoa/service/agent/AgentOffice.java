package io.stoa.service.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.agent.AgentServer;
import io.stoa.agent.WorkerSink;
import io.stoa.agent.WorkerSpec;
import io.stoa.auth.KeyProvider;
import io.stoa.base.Ids;
import io.stoa.protocol.handover.AgentsState;
import io.stoa.protocol.handover.WorkerState;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.ServerInfo;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.store.AgentStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers and rooms together, from {@link #begin} to {@link #release}; before and after, what happens is ignored, because somebody else is in
 * charge. Any thread: everything is done on the desk.
 */
final class AgentOffice implements AgentServer, AgentDispatchService.Desks {
    private static final Logger LOG = LoggerFactory.getLogger(AgentOffice.class);
    static final int VERSION = 1;
    private static final String WORKER = "AW_";
    private static final long CALL_SECONDS = 5;
    /** While the node drains, one worker that has nothing to do is sent away so often. */
    private static final long FAREWELL_MILLIS = 1_000;

    /**
     * What it works with; suppliers give null while there is none.
     *
     * @param background may block
     * @param inOrder may block; one task after the other
     * @param clerk the same, for what waits for the message bus
     * @param draining whether workers are to go to other nodes
     */
    record Tools(
            Desk desk,
            Executor background,
            Executor inOrder,
            Executor clerk,
            RandomGenerator random,
            Supplier<KeyProvider> keys,
            Supplier<RoomManager> rooms,
            Supplier<AgentsConfig> config,
            Supplier<ServerInfo> server,
            BooleanSupplier draining,
            RoomAgents.Remover remover) {}

    private final Tools tools;
    private final Ids ids;
    private final Desk desk;
    private final WorkerPool pool;
    private final AgentRooms rooms;
    private final AgentRecords records;
    private final AgentPosts posts;
    private final AgentFront front = new AgentFront(this);
    private final ClusterNodes nodes;
    private final Map<String, WorkerDialogue> dialogues = new LinkedHashMap<>();
    /** Null while no other node hears it. */
    private volatile RpcBus shared;
    private boolean inCharge;
    /** Counts the times: what one of them has left on the desk does not concern the next. */
    private volatile int term;

    AgentOffice(Tools tools) {
        this.tools = tools;
        ids = new Ids(tools.random());
        desk = new WhileInCharge();
        rooms = new AgentRooms(desk, tools.background());
        records = new AgentRecords(tools.inOrder());
        posts = new AgentPosts(tools.clerk(), front);
        pool = new WorkerPool(
                desk, tools.random(), new JobTokens(tools.keys()), () -> tools.config().get().targetLoad(), new Telling(), posts, tools.draining());
        nodes = new ClusterNodes(desk, tools.background(), () -> shared, pool, rooms);
        rooms.begin(new RoomAgents.Premises(desk, nodes, new JobLauncher(nodes, ids, tools.config()), records, posts, tools.remover(), ids));
    }

    /** Workers tell rooms of their jobs, wherever these are. */
    private final class Telling implements JobWatcher {
        @Override
        public void changed(Job job) {
            nodes.changed(job);
        }

        @Override
        public void lost(Job job) {
            nodes.lost(job);
        }
    }

    /** What was put on the desk is nobody's business when somebody else is in charge. */
    private final class WhileInCharge implements Desk {
        @Override
        public void post(Runnable task) {
            tools.desk().post(guarded(task));
        }

        @Override
        public void after(long millis, Runnable task) {
            tools.desk().after(millis, guarded(task));
        }

        private Runnable guarded(Runnable task) {
            int from = term;
            return () -> {
                if (inCharge && from == term) task.run();
            };
        }

        @Override
        public long millis() {
            return tools.desk().millis();
        }
    }

    interface Work<T> {
        T done() throws RpcException;
    }

    /** For another node. @throws RpcException {@code unavailable} while somebody else is in charge */
    <T> T ask(Work<T> work) throws RpcException {
        return call(() -> {
            requireCharge();
            return work.done();
        });
    }

    private void requireCharge() throws RpcException {
        if (!inCharge) throw new RpcException(RpcCode.UNAVAILABLE, "agents are not available: bundle edge.agent is not active");
    }

    WorkerPool pool() {
        return pool;
    }

    AgentRooms rooms() {
        return rooms;
    }

    ClusterNodes nodes() {
        return nodes;
    }

    Desk desk() {
        return desk;
    }

    private <T> T call(Work<T> work) throws RpcException {
        CompletableFuture<T> result = new CompletableFuture<>();
        tools.desk().post(() -> {
            try {
                result.complete(work.done());
            } catch (RpcException | RuntimeException | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(CALL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RpcException said) throw said;
            throw new IllegalStateException("agents: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new RpcException(RpcCode.UNAVAILABLE, "agents have too much to do");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(RpcCode.UNAVAILABLE, "agents: interrupted");
        }
    }

    // -- AgentServer

    @Override
    public Map<String, WorkerSession> begin(byte[] state, Map<String, WorkerSink> sinks) {
        try {
            return call(() -> begin(read(state), sinks));
        } catch (RpcException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** A state that cannot be read costs the jobs their server, not the agents their rooms. */
    private static AgentsState read(byte[] state) {
        try {
            AgentsState read = AgentsState.parseFrom(state);
            if (read.getVersion() <= VERSION) return read;
            LOG.error("what is known of agents is lost: it has version {}, this bundle reads up to {}", read.getVersion(), VERSION);
        } catch (InvalidProtocolBufferException e) {
            LOG.error("what is known of agents is lost: {}", e.getMessage());
        }
        return AgentsState.getDefaultInstance();
    }

    private Map<String, WorkerSession> begin(AgentsState state, Map<String, WorkerSink> sinks) {
        Map<String, WorkerSession> sessions = new HashMap<>();
        if (inCharge) return sessions;
        inCharge = true;
        term++;
        posts.open();
        List<Job> lost = new ArrayList<>();
        for (WorkerState known : state.getWorkersList()) {
            WorkerSink sink = sinks.get(known.getId());
            if (sink == null) lost.addAll(known.getJobsList());
            else sessions.put(known.getId(), resume(known, sink));
        }
        rooms.resume(state);
        lost.forEach(rooms::lost);
        if (state.getWorkersCount() > 0) LOG.info("{} agent workers go on here", sessions.size());
        look();
        drain();
        return sessions;
    }

    private void drain() {
        if (!takesWorkers()) pool.sendOneAway();
        desk.after(FAREWELL_MILLIS, this::drain);
    }

    private WorkerDialogue resume(WorkerState known, WorkerSink sink) {
        Worker worker = new Worker(known.getId(), known.getApiKey(), known.getAddress(), sink);
        worker.status = known.getStatus();
        worker.load = known.getLoad();
        for (Job job : known.getJobsList()) worker.running.put(job.getId(), job);
        if (known.hasRegistration()) {
            worker.registration = known.getRegistration();
            pool.add(worker);
        }
        return talk(worker);
    }

    private WorkerDialogue talk(Worker worker) {
        WorkerDialogue dialogue = new WorkerDialogue(desk, pool, nodes, worker, tools.server(), gone -> dialogues.remove(gone.id()));
        dialogues.put(worker.id, dialogue);
        dialogue.begin();
        return dialogue;
    }

    @Override
    public boolean takesWorkers() {
        return shared == null || !tools.draining().getAsBoolean();
    }

    @Override
    public WorkerSession open(WorkerSpec spec, WorkerSink sink) {
        try {
            return call(() -> talk(new Worker(ids.next(WORKER), spec.apiKey(), spec.address(), sink)));
        } catch (RpcException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public byte[] release() {
        try {
            return call(this::leave);
        } catch (RpcException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private byte[] leave() {
        if (!inCharge) return new byte[0];
        AgentsState.Builder state = AgentsState.newBuilder().setVersion(VERSION).addAllRooms(rooms.state());
        for (WorkerDialogue dialogue : dialogues.values()) state.addWorkers(state(dialogue.worker()));
        inCharge = false;
        dialogues.clear();
        posts.close();
        pool.clear();
        rooms.clear();
        return state.build().toByteArray();
    }

    private static WorkerState state(Worker worker) {
        WorkerState.Builder state = WorkerState.newBuilder()
                .setId(worker.id)
                .setApiKey(worker.apiKey)
                .setAddress(worker.address)
                .setStatus(worker.status)
                .setLoad(worker.load)
                .addAllJobs(worker.running.values());
        if (worker.registered()) state.setRegistration(worker.registration);
        return state.build();
    }

    // -- rooms

    /** Another room manager is there. */
    void review() {
        desk.post(this::look);
    }

    private void look() {
        RoomManager manager = tools.rooms().get();
        if (manager != null) rooms.review(manager);
    }

    void started(Room room) {
        desk.post(() -> {
            RoomManager manager = tools.rooms().get();
            if (manager != null) rooms.look(manager, room.getName());
        });
    }

    void finished(Room room) {
        desk.post(() -> rooms.finished(room));
    }

    void departed(Room room) {
        desk.post(() -> rooms.departed(room));
    }

    void event(Room room, Consumer<RoomAgents> what) {
        desk.post(() -> rooms.event(room, what));
    }

    @Override
    public <T> T at(LiveRoom live, AgentDispatchService.Desks.Work<T> work) throws RpcException {
        Room info = live.info();
        RoomInternal internal = live.internal();
        List<AgentDispatch> left = ask(() -> rooms.knows(info)) ? List.of() : rooms.left(info);
        return ask(() -> {
            T done = work.on(rooms.room(info, internal, left));
            rooms.census(live, info);
            return done;
        });
    }

    // -- other nodes

    /** @param next null: nobody else hears it */
    void follow(RpcBus next) {
        tools.desk().post(() -> {
            shared = next;
            nodes.forget();
            posts.follow(next);
        });
    }

    void serveDispatches(AgentDispatchService with) {
        front.dispatches(with);
    }

    // -- stores

    void bind(AgentStore next) {
        tools.desk().post(() -> records.bind(next, rooms.all()));
    }

    void unbind(AgentStore gone) {
        tools.desk().post(() -> records.unbind(gone));
    }
}
