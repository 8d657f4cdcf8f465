package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.AvailabilityResponse;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.RegisterWorkerRequest;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.WorkerMessage;
import io.stoa.protocol.livekit.WorkerPing;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** Agent workers of the running server, while what serves them is replaced. */
@ExtendWith(InsideServer.class)
class AgentsIT {
    private static final int TIMES = 10;

    private final Server server;
    private final Jars jars;
    private final Caller caller;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Worker> workers = new ArrayList<>();
    private int rooms;

    AgentsIT(Server server) {
        this.server = server;
        jars = server == null ? null : new Jars(server.home());
        caller = server == null ? null : new Caller(server.port());
    }

    @AfterEach
    void restore() {
        for (Worker worker : workers) worker.socket.abort();
        for (int i = 1; i <= rooms; i++) caller.api("DeleteRoom", "{\"room\": \"" + room(i) + "\"}", Caller.grant(room(i)));
        caller.close();
        http.shutdown();
        server.startAll();
    }

    private static String room(int number) {
        return "room with agents " + number;
    }

    /** A worker on its WebSocket. */
    private final class Worker implements WebSocket.Listener {
        final List<ServerMessage> heard = new CopyOnWriteArrayList<>();
        volatile int closed;
        final WebSocket socket;

        Worker(String name) {
            URI uri = URI.create("ws://127.0.0.1:" + server.port() + "/agent");
            socket = http.newWebSocketBuilder().header("Authorization", "Bearer " + Caller.token("", "{\"agent\":true}")).buildAsync(uri, this).join();
            workers.add(this);
            says(WorkerMessage.newBuilder().setRegister(RegisterWorkerRequest.newBuilder().setAgentName(name)));
            Server.await("registered", () -> !heard.isEmpty() && heard.getFirst().hasRegister());
        }

        void says(WorkerMessage.Builder message) {
            socket.sendBinary(ByteBuffer.wrap(message.build().toByteArray()), true).join();
        }

        List<Job> offers() {
            return heard.stream().filter(ServerMessage::hasAvailability).map(one -> one.getAvailability().getJob()).toList();
        }

        boolean terminated(Job job) {
            return heard.stream().anyMatch(one -> one.getTermination().getJobId().equals(job.getId()));
        }

        /** The job of a dispatch that is made now. */
        Job given(String name) {
            int before = offers().size();
            dispatch("CreateDispatch", "\"agent_name\": \"" + name + "\"", room(++rooms));
            Server.await("an offer", () -> offers().size() > before);
            Job job = offers().getLast();
            says(WorkerMessage.newBuilder().setAvailability(
                    AvailabilityResponse.newBuilder().setJobId(job.getId()).setAvailable(true).setParticipantIdentity("agent " + rooms)));
            Server.await("the job", () -> heard.stream().anyMatch(one -> one.getAssignment().getJob().getId().equals(job.getId())));
            return job;
        }

        void pinged(long timestamp) {
            says(WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(timestamp)));
            Server.await("pong " + timestamp, () -> heard.stream().anyMatch(one -> one.getPong().getLastTimestamp() == timestamp));
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            try {
                heard.add(ServerMessage.parseFrom(data));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed = code;
            return null;
        }
    }

    private Caller.Answer dispatch(String method, String fields, String room) {
        byte[] body = ("{\"room\": \"" + room + "\", " + fields + "}").getBytes(StandardCharsets.UTF_8);
        return caller.post("/twirp/livekit.AgentDispatchService/" + method, "application/json", body, Caller.token("api", Caller.grant(room)));
    }

    private void end(Worker worker, Job job) {
        Caller.Answer answer = dispatch("DeleteDispatch", "\"dispatch_id\": \"" + job.getDispatchId() + "\"", job.getRoom().getName());
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        Server.await("the end of " + job.getId(), () -> worker.terminated(job));
    }

    private static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    private static void awaitCollected(List<WeakReference<ClassLoader>> gone) {
        Server.await("the class loaders of " + gone.size() + " bundles to be collected", () -> {
            System.gc();
            return gone.stream().allMatch(loader -> loader.get() == null);
        });
    }

    @Test
    void workers_and_their_jobs_outlive_the_bundle_that_serves_them_in_place() throws Exception {
        Worker worker = new Worker("in place");
        Bundle bundle = server.part("service.agent");
        List<WeakReference<ClassLoader>> gone = new ArrayList<>();
        List<Job> jobs = new ArrayList<>();
        for (int i = 1; i <= TIMES; i++) {
            jobs.add(worker.given("in place"));
            gone.add(loader(bundle));
            bundle.update(jars.version("service.agent", "0.2." + i));
            worker.pinged(i);
        }
        bundle.update(Files.newInputStream(jars.shipped("service.agent")));
        for (Job job : jobs) {
            Caller.Answer answer = dispatch("ListDispatch", "\"dispatch_id\": \"" + job.getDispatchId() + "\"", job.getRoom().getName());
            assertThat(answer.text()).contains(job.getId());
            end(worker, job);
        }
        assertThat(worker.closed).isZero();
        awaitCollected(gone);
    }

    @Test
    void and_side_by_side() throws Exception {
        Worker worker = new Worker("beside");
        Bundle shipped = server.part("service.agent");
        Bundle current = shipped;
        List<WeakReference<ClassLoader>> gone = new ArrayList<>();
        for (int i = 1; i <= TIMES; i++) {
            Job job = worker.given("beside");
            Bundle next = server.context().installBundle("service.agent next " + i, jars.version("service.agent", "0.3." + i));
            next.start();
            worker.pinged(2 * i);
            current.stop();
            worker.pinged(2 * i + 1);
            if (current != shipped) {
                gone.add(loader(current));
                current.uninstall();
            }
            current = next;
            end(worker, job);
        }
        shipped.start();
        current.stop();
        gone.add(loader(current));
        current.uninstall();
        current = null;
        worker.pinged(1_000);
        assertThat(worker.closed).isZero();
        awaitCollected(gone);
    }

    @Test
    void what_a_worker_says_meanwhile_is_heard_by_the_next() {
        Worker worker = new Worker("meanwhile");
        Job job = worker.given("meanwhile");
        server.stop("service.agent");
        worker.says(WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(77)));
        assertThat(dispatch("ListDispatch", "\"dispatch_id\": \"\"", room(rooms)).text()).contains("\"unavailable\"", "service.agent");
        assertThat(knock()).isEqualTo(503);
        server.start("service.agent");
        Server.await("the pong", () -> worker.heard.stream().anyMatch(one -> one.getPong().getLastTimestamp() == 77));
        end(worker, job);
    }

    @Test
    void without_the_door_there_are_no_workers_and_those_that_are_there_are_told() {
        Worker worker = new Worker("door");
        Job before = worker.given("door");
        server.stop("edge.agent");
        Server.await("farewell", () -> worker.closed == 1001);
        assertThat(knock()).isEqualTo(404);
        server.start("edge.agent");
        assertKnown(before);
        Worker back = new Worker("door again");
        end(back, back.given("door again"));
    }

    @Test
    void the_next_door_opens_beside_the_one_that_closes() throws Exception {
        Worker worker = new Worker("doors");
        Job before = worker.given("doors");
        Bundle next = server.context().installBundle("edge.agent next", jars.version("edge.agent", "0.2.1"));
        next.start();
        server.stop("edge.agent");
        Server.await("farewell", () -> worker.closed == 1001);
        assertKnown(before);
        Worker back = new Worker("doors again");
        end(back, back.given("doors again"));
        server.start("edge.agent");
        next.uninstall();
        assertKnown(before);
    }

    private void assertKnown(Job job) {
        assertThat(dispatch("ListDispatch", "\"dispatch_id\": \"\"", job.getRoom().getName()).text()).contains(job.getDispatchId());
    }

    private int knock() {
        try {
            new Worker("nobody");
            return 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) return refused.getResponse().statusCode();
            throw e;
        }
    }

    @Test
    void rooms_that_open_and_close_while_the_room_manager_is_replaced_have_their_agents() throws Exception {
        Worker worker = new Worker("rooms");
        Job job = worker.given("rooms");
        server.part("room").update(jars.version("room", "0.6.0"));
        Server.await("the room", () -> dispatch("ListDispatch", "\"dispatch_id\": \"\"", job.getRoom().getName()).text().contains(job.getId()));
        end(worker, worker.given("rooms"));
        server.part("room").update(Files.newInputStream(jars.shipped("room")));
        Server.await("the room", () -> dispatch("ListDispatch", "\"dispatch_id\": \"\"", job.getRoom().getName()).text().contains(job.getId()));
        caller.api("DeleteRoom", "{\"room\": \"" + job.getRoom().getName() + "\"}", Caller.grant(job.getRoom().getName()));
        Server.await("the end of the job", () -> worker.terminated(job));
    }
}
