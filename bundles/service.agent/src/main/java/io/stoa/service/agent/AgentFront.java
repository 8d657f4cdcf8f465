package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateRequest;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What other nodes ask of this one's workers and rooms: brings it to the desk and waits for what is said there. */
final class AgentFront implements AgentPosts.Front {
    private final AgentOffice office;
    private volatile AgentDispatchService dispatches;

    AgentFront(AgentOffice office) {
        this.office = office;
    }

    void dispatches(AgentDispatchService with) {
        dispatches = with;
    }

    @Override
    public CheckEnabledResponse checkEnabled() throws RpcException {
        return office.ask(() -> office.pool().checkEnabled());
    }

    @Override
    public float affinity(Job job) {
        try {
            return office.ask(() -> office.pool().affinity(job));
        } catch (RpcException notInCharge) {
            return -1;
        }
    }

    @Override
    public JobState request(Job job, long untilMillis) throws RpcException {
        CompletableFuture<JobState> outcome = office.ask(() -> office.pool().request(job, untilMillis));
        try {
            return outcome.get(Math.max(0, untilMillis - office.desk().millis()), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RpcException said) throw said;
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new RpcException(RpcCode.DEADLINE_EXCEEDED, "no worker has answered in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(RpcCode.UNAVAILABLE, "agents: interrupted");
        }
    }

    @Override
    public JobState terminate(JobTerminateRequest request) throws RpcException {
        CompletableFuture<JobState> ended = office.ask(() -> office.pool().terminate(request.getJobId(), request.getReason()));
        try {
            return ended.join(); // it is settled at once
        } catch (CompletionException e) {
            if (e.getCause() instanceof RpcException said) throw said;
            throw e;
        }
    }

    @Override
    public List<Job> find(List<String> ids) throws RpcException {
        return office.ask(() -> office.rooms().jobs(ids));
    }

    @Override
    public List<String> have(List<String> ids) throws RpcException {
        return office.ask(() -> ids.stream().filter(office.pool()::has).toList());
    }

    @Override
    public void news(Job job, boolean lost) {
        office.desk().post(() -> {
            if (lost) office.rooms().lost(job);
            else office.rooms().changed(job);
        });
    }

    @Override
    public void workerRegistered() {
        office.desk().post(() -> office.nodes().forget());
    }

    @Override
    public AgentDispatchService dispatches() {
        return dispatches;
    }
}
