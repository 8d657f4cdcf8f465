package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Ids;
import io.stoa.protocol.handover.AgentJobState;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.MigrateJobRequest;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.ServerInfo;
import io.stoa.protocol.livekit.WorkerMessage;
import io.stoa.protocol.livekit.WorkerStatus;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.psrpc.Psrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nodes that hear each other: rooms on one, workers on another. The bus is real, the clock of all is turned by hand. */
class TwoNodesTest {
    private static final RoomAgentDispatch ECHO = RoomAgentDispatch.newBuilder().setAgentName("echo").setMetadata("m").build();

    private final ManualDesk desk = new ManualDesk();
    private final InProcessMessageBus bus = new InProcessMessageBus();
    private final Rig.MapStore store = new Rig.MapStore();
    private final List<Node> nodes = new ArrayList<>();
    private final Node a = new Node("ND_a");
    private final Node b = new Node("ND_b");

    private final class Node {
        final PlayedRooms rooms = new PlayedRooms();
        final ExecutorService background = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory());
        final ExecutorService clerk = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
        final Psrpc rpc;
        final AgentOffice office;
        boolean draining;

        Node(String id) {
            Random random = new Random(id.hashCode());
            rpc = new Psrpc(new Ids(random), desk::unixNanos, CallOptions.within(Duration.ofSeconds(3)), 100);
            rpc.bind(bus);
            office = new AgentOffice(new AgentOffice.Tools(
                    desk, background, Runnable::run, clerk, random, () -> Rig.KEYS, rooms::manager, () -> Rig.CONFIG,
                    () -> ServerInfo.newBuilder().setNodeId(id).build(), () -> draining, (room, identity) -> {}));
            office.serveDispatches(new AgentDispatchService(new RoomPlaces(rooms::manager, () -> null, () -> null, () -> null, () -> rpc), () -> null, office));
            office.bind(store);
            office.follow(rpc);
            office.begin(new byte[0], Map.of());
            rooms.listener = office;
            nodes.add(this);
        }

        PlayedWorker worker(String name) throws Exception {
            PlayedWorker worker = new PlayedWorker(office).registers(JobType.JT_ROOM, name);
            clerk.submit(() -> {}).get(5, TimeUnit.SECONDS); // it is announced
            return worker;
        }

        List<AgentDispatch> dispatches(String room) throws RpcException {
            return office.at(rooms.open.get(room).live, agents -> agents.list(""));
        }

        List<Job> jobs(String room) throws RpcException {
            return dispatches(room).stream().flatMap(one -> one.getState().getJobsList().stream()).toList();
        }

        JobStatus status(String room) throws RpcException {
            List<Job> jobs = jobs(room);
            return jobs.isEmpty() ? null : jobs.getLast().getState().getStatus();
        }

        /** Whether an agent has come; who is there is asked for on another thread, which the clock does not wait for. */
        boolean isPresent(String room) throws RpcException {
            return office.at(rooms.open.get(room).live, RoomAgents::state).getDispatchesList().stream()
                    .flatMap(one -> one.getJobsList().stream())
                    .anyMatch(AgentJobState::getPresent);
        }

        /** Nobody hears it any more, and it says nothing. */
        void dies() {
            rooms.listener = null;
            rpc.close();
        }
    }

    /** Nodes have a second of real time to say that they take a job; the first call of a process may need more, for all that it loads. */
    @BeforeAll
    static void aCallGoesBefore() throws Exception {
        TwoNodesTest first = new TwoNodesTest();
        PlayedWorker worker = first.b.worker("echo");
        first.a.rooms.open("r", ECHO);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (worker.offers().isEmpty() && System.nanoTime() < end) LockSupport.parkNanos(2_000_000);
        first.end();
    }

    @AfterEach
    void end() {
        nodes.forEach(node -> node.rpc.close());
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static void offered(PlayedWorker worker, int times) throws Exception {
        await("offer " + times, () -> worker.offers().size() >= times);
        assertThat(worker.offers()).hasSize(times);
    }

    /** Not too fast: what is asked of other nodes takes some time, and has an end. */
    private void passUntilOffered(PlayedWorker worker, int times) throws Exception {
        await("offer " + times, () -> {
            desk.pass(20);
            return worker.offers().size() >= times;
        });
    }

    @Test
    void a_worker_of_another_node_gets_the_job_and_its_end() throws Exception {
        PlayedWorker worker = b.worker("echo");
        var room = a.rooms.open("r", ECHO);
        offered(worker, 1);
        Job job = worker.takes("agent");
        assertThat(job.getMetadata()).isEqualTo("m");
        await("the job in the room", () -> a.status("r") == JobStatus.JS_RUNNING);
        room.agentEnters("agent");
        a.office.at(room.live, agents -> agents.delete(job.getDispatchId()));
        await("the end", () -> worker.terminations().equals(List.of(job.getId())));
    }

    @Test
    void a_node_without_such_workers_is_asked_last_and_the_least_loaded_first() throws Exception {
        PlayedWorker busy = a.worker("echo");
        PlayedWorker idle = b.worker("echo");
        busy.load(WorkerStatus.WS_AVAILABLE, 0.6);
        idle.load(WorkerStatus.WS_AVAILABLE, 0.1);
        a.rooms.open("r", ECHO);
        offered(idle, 1);
        assertThat(busy.offers()).isEmpty();
    }

    @Test
    void one_that_registers_after_it_was_asked_for_is_found_for_the_next_room() throws Exception {
        a.worker("other");
        a.rooms.open("r1", RoomAgentDispatch.newBuilder().setAgentName("other").build());
        PlayedWorker worker = b.worker("echo");
        a.rooms.open("r2", ECHO);
        offered(worker, 1);
    }

    @Test
    void the_room_learns_that_a_job_failed_and_gives_it_away_again() throws Exception {
        PlayedWorker worker = b.worker("echo");
        a.rooms.open("r", ECHO).agentEnters("somebody else's agent");
        offered(worker, 1);
        worker.reports(worker.takes("agent"), JobStatus.JS_FAILED, "broken");
        await("the failure in the room", () -> a.status("r") == JobStatus.JS_FAILED);
        passUntilOffered(worker, 2);
    }

    @Test
    void a_worker_that_dies_before_its_agent_has_come_is_followed_by_another() throws Exception {
        PlayedWorker first = b.worker("echo");
        a.rooms.open("r", ECHO);
        offered(first, 1);
        first.takes("agent");
        await("the job in the room", () -> a.status("r") == JobStatus.JS_RUNNING);
        PlayedWorker second = b.worker("echo");
        first.session.closed();
        passUntilOffered(second, 1);
    }

    @Test
    void and_so_is_one_that_dies_with_its_node() throws Exception {
        PlayedWorker first = b.worker("echo");
        a.rooms.open("r", ECHO);
        offered(first, 1);
        first.takes("agent");
        await("the job in the room", () -> a.status("r") == JobStatus.JS_RUNNING);
        b.dies();
        PlayedWorker second = a.worker("echo");
        desk.pass(RoomAgents.ARRIVAL_MILLIS);
        passUntilOffered(second, 1);
    }

    @Test
    void a_worker_that_comes_back_to_another_node_goes_on_with_its_job() throws Exception {
        PlayedWorker before = b.worker("echo");
        var room = a.rooms.open("r", ECHO);
        offered(before, 1);
        Job job = before.takes("agent");
        room.agentEnters("agent");
        await("the job in the room", () -> a.status("r") == JobStatus.JS_RUNNING);
        b.dies();
        Node c = new Node("ND_c");
        PlayedWorker after = c.worker("echo");
        after.says(WorkerMessage.newBuilder().setMigrateJob(MigrateJobRequest.newBuilder().addJobIds(job.getId()).addJobIds("AJ_unknown")));
        await("its new worker in the room", () -> a.jobs("r").getLast().getState().getWorkerId().equals(after.session.id()));
        c.clerk.submit(() -> {}).get(5, TimeUnit.SECONDS);
        a.office.at(room.live, agents -> agents.delete(job.getDispatchId()));
        await("the end", () -> after.terminations().equals(List.of(job.getId())));
    }

    @Test
    void dispatches_and_jobs_go_on_where_the_room_opens_after_the_death_of_its_node() throws Exception {
        PlayedWorker worker = b.worker("late");
        var room = a.rooms.open("r", ECHO);
        AgentDispatch made = a.office.at(room.live, agents -> agents.create(AgentDispatch.newBuilder().setAgentName("late").setMetadata("by API")));
        offered(worker, 1);
        Job job = worker.takes("agent");
        room.agentEnters("agent");
        await("the job in the store", () -> store.jobs.containsKey(job.getId()));
        a.dies();

        var again = b.rooms.open("r", ECHO);
        again.agentEnters("agent");
        await("the agent in the room", () -> b.isPresent("r"));
        assertThat(b.dispatches("r")).extracting(AgentDispatch::getAgentName).containsExactlyInAnyOrder("echo", "late");
        assertThat(b.dispatches("r")).anyMatch(one -> one.getId().equals(made.getId()) && one.getMetadata().equals("by API"));
        desk.pass(60_000);
        assertThat(worker.offers()).hasSize(1);
        again.leaves("agent", DisconnectReason.CONNECTION_TIMEOUT);
        passUntilOffered(worker, 2);
    }

    @Test
    void an_agent_that_does_not_come_after_the_room_is_asked_for_again() throws Exception {
        PlayedWorker worker = b.worker("echo");
        a.rooms.open("r", ECHO);
        offered(worker, 1);
        worker.takes("agent");
        await("the job in the store", () -> store.jobs.size() == 1);
        a.dies();
        b.rooms.open("r", ECHO);
        passUntilOffered(worker, 2);
    }

    @Test
    void dispatches_and_jobs_go_along_with_a_room_that_moves() throws Exception {
        PlayedWorker worker = b.worker("echo");
        var room = a.rooms.open("r", ECHO);
        offered(worker, 1);
        Job job = worker.takes("agent");
        room.agentEnters("agent");
        await("the job in the store", () -> store.jobs.containsKey(job.getId()));
        a.office.departed(room.info);
        a.rooms.open.remove("r");

        var here = b.rooms.open("r", ECHO);
        here.agentEnters("agent");
        await("the agent in the room", () -> b.isPresent("r"));
        desk.pass(60_000);
        assertThat(b.jobs("r")).extracting(Job::getId).containsExactly(job.getId());
        assertThat(worker.offers()).hasSize(1);
        assertThat(worker.terminations()).isEmpty();
        b.office.at(here.live, agents -> agents.delete(job.getDispatchId()));
        await("the end", () -> worker.terminations().equals(List.of(job.getId())));
    }

    @Test
    void what_is_stored_of_an_older_room_of_that_name_is_forgotten() throws Exception {
        a.rooms.open("r", ECHO);
        await("the store", () -> store.dispatches.size() == 1);
        String old = store.dispatches.values().iterator().next().getId();
        a.dies();
        desk.pass(60_000);
        b.rooms.created = desk.millis() / 1_000;
        b.rooms.open("r", RoomAgentDispatch.newBuilder().setAgentName("another").build());
        assertThat(b.dispatches("r")).extracting(AgentDispatch::getAgentName).containsExactly("another");
        assertThat(store.dispatches).hasSize(1).doesNotContainKey(old);
    }

    @Test
    void a_node_that_drains_has_jobs_only_if_nobody_else_does_and_sends_idle_workers_away() throws Exception {
        PlayedWorker here = a.worker("echo");
        PlayedWorker there = b.worker("echo");
        there.load(WorkerStatus.WS_AVAILABLE, 0.65);
        a.draining = true;
        a.rooms.open("r", ECHO);
        offered(there, 1);
        assertThat(here.offers()).isEmpty();
        desk.pass(1_000);
        assertThat(here.closed).contains("draining");
        assertThat(there.closed).isNull();
        assertThat(a.office.takesWorkers()).isFalse();
        assertThat(b.office.takesWorkers()).isTrue();
    }

    @Test
    void without_the_bus_the_workers_of_this_node_do() throws Exception {
        PlayedWorker worker = a.worker("echo");
        a.office.follow(null);
        a.rooms.open("r", ECHO);
        offered(worker, 1);
    }
}
