package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.JobTerminateReason;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A cluster of one: rooms and workers are here. Claims are settled as between nodes, so that full workers are left alone. */
record LocalNodes(AgentNode here, AgentRooms rooms) implements AgentNodes {
    @Override
    public void checkEnabled(boolean anew, Answers answers) {
        answers.answer(here.checkEnabled());
        answers.done(false);
    }

    @Override
    public CompletableFuture<JobState> request(String agentTopic, JobType type, Job job) {
        if (!here.serves(agentTopic, type)) return nobody(0);
        return here.affinity(job) > 0 ? here.request(job, AgentNode.FOREVER) : nobody(1);
    }

    private static CompletableFuture<JobState> nobody(int answers) {
        return CompletableFuture.failedFuture(new RpcException(RpcCode.UNAVAILABLE, "no servers available (received " + answers + " responses)"));
    }

    @Override
    public CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason) {
        return here.terminate(jobId, reason);
    }

    @Override
    public CompletableFuture<List<Job>> jobs(List<String> ids) {
        return CompletableFuture.completedFuture(rooms.jobs(ids));
    }

    @Override
    public CompletableFuture<Boolean> attended(String jobId) {
        return CompletableFuture.completedFuture(here.has(jobId));
    }

    @Override
    public void changed(Job job) {
        rooms.changed(job);
    }

    @Override
    public void lost(Job job) {
        rooms.lost(job);
    }
}
