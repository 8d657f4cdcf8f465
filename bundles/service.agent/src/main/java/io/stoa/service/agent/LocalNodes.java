package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A cluster of one: rooms and workers are here. Claims are settled as between nodes, so that full workers are left alone. */
record LocalNodes(AgentNode here) implements AgentNodes {
    @Override
    public void checkEnabled(Consumer<CheckEnabledResponse> each, Runnable done) {
        each.accept(here.checkEnabled());
        done.run();
    }

    @Override
    public CompletableFuture<JobState> request(String agentTopic, JobType type, Job job) {
        if (!here.serves(agentTopic, type)) return nobody(0);
        return here.affinity(job) > 0 ? here.request(job) : nobody(1);
    }

    private static CompletableFuture<JobState> nobody(int answers) {
        return CompletableFuture.failedFuture(new RpcException(RpcCode.UNAVAILABLE, "no servers available (received " + answers + " responses)"));
    }

    @Override
    public CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason) {
        return here.terminate(jobId, reason);
    }
}
