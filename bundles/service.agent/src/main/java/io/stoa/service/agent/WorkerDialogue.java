package io.stoa.service.agent;

import io.stoa.agent.AgentServer.WorkerSession;
import io.stoa.protocol.livekit.RegisterWorkerRequest;
import io.stoa.protocol.livekit.RegisterWorkerResponse;
import io.stoa.protocol.livekit.ServerInfo;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.UpdateWorkerStatus;
import io.stoa.protocol.livekit.WorkerMessage;
import io.stoa.protocol.livekit.WorkerPing;
import io.stoa.protocol.livekit.WorkerPong;
import io.stoa.protocol.livekit.WorkerStatus;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one worker says, and what it means (spec 8.1). Its methods post to the desk. */
final class WorkerDialogue implements WorkerSession {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerDialogue.class);
    static final long REGISTER_MILLIS = 10_000;
    /** It does not go on with more jobs than that at once. */
    private static final int MAX_MIGRATED = 1_000;

    private final Desk desk;
    private final WorkerPool pool;
    private final AgentNodes nodes;
    private final Worker worker;
    private final Supplier<ServerInfo> server;
    private final Consumer<WorkerDialogue> onGone;
    private boolean over;

    /** @param onGone called once, when it is over */
    WorkerDialogue(Desk desk, WorkerPool pool, AgentNodes nodes, Worker worker, Supplier<ServerInfo> server, Consumer<WorkerDialogue> onGone) {
        this.onGone = onGone;
        this.desk = desk;
        this.pool = pool;
        this.nodes = nodes;
        this.worker = worker;
        this.server = server;
    }

    /** It has so long to register. */
    void begin() {
        desk.after(REGISTER_MILLIS, () -> {
            if (!worker.registered()) end("not registered within " + REGISTER_MILLIS / 1_000 + " s");
        });
    }

    @Override
    public String id() {
        return worker.id;
    }

    Worker worker() {
        return worker;
    }

    @Override
    public void receive(WorkerMessage message) {
        desk.post(() -> {
            if (!over) hear(message);
        });
    }

    @Override
    public void closed() {
        desk.post(this::gone);
    }

    private void gone() {
        if (over) return;
        over = true;
        onGone.accept(this);
        pool.remove(worker);
    }

    private void end(String reason) {
        if (over) return;
        LOG.warn("agent worker {} at {} is sent away: {}", worker.id, worker.address, reason);
        worker.sink.close(reason);
        gone();
    }

    private void hear(WorkerMessage message) {
        boolean early = !worker.registered();
        switch (message.getMessageCase()) {
            case PING -> ping(message.getPing());
            case REGISTER -> register(message.getRegister());
            case AVAILABILITY -> {
                if (early) tooEarly();
                else pool.answered(worker, message.getAvailability());
            }
            case UPDATE_WORKER -> {
                if (early) tooEarly();
                else update(message.getUpdateWorker());
            }
            case UPDATE_JOB -> {
                if (early) tooEarly();
                else pool.updated(worker, message.getUpdateJob());
            }
            case SIMULATE_JOB -> {
                if (early) tooEarly();
                else pool.simulate(worker, message.getSimulateJob());
            }
            case MIGRATE_JOB -> {
                if (early) tooEarly();
                else migrate(message.getMigrateJob().getJobIdsList());
            }
            case MESSAGE_NOT_SET -> end("unknown message");
        }
    }

    /** It had them when its connection went: by another node, or before the edge was replaced. */
    private void migrate(List<String> jobs) {
        if (jobs.isEmpty()) return;
        nodes.jobs(jobs.subList(0, Math.min(MAX_MIGRATED, jobs.size()))).whenComplete((known, failure) -> {
            if (failure == null) pool.resumed(worker, known);
            else LOG.warn("agent worker {} goes on without jobs that it has: {}", worker.id, failure.getMessage());
        });
    }

    private void tooEarly() {
        end("not registered");
    }

    private void ping(WorkerPing ping) {
        WorkerPong pong = WorkerPong.newBuilder().setLastTimestamp(ping.getTimestamp()).setTimestamp(desk.millis()).build();
        worker.send(ServerMessage.newBuilder().setPong(pong));
    }

    private void register(RegisterWorkerRequest request) {
        String fault = switch (request.getType()) {
            case JT_ROOM, JT_PUBLISHER, JT_PARTICIPANT -> JobKind.deploymentFault(request.getDeployment());
            case UNRECOGNIZED -> "unknown job type";
        };
        if (worker.registered()) fault = "registered already";
        if (fault != null) {
            end(fault);
            return;
        }
        worker.registration = request;
        worker.send(ServerMessage.newBuilder().setRegister(RegisterWorkerResponse.newBuilder().setWorkerId(worker.id).setServerInfo(server.get())));
        pool.add(worker);
    }

    private void update(UpdateWorkerStatus update) {
        if (update.hasStatus() && update.getStatus() != WorkerStatus.UNRECOGNIZED) worker.status = update.getStatus();
        worker.load = update.getLoad();
    }
}
