package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The nodes that have workers, as a node that has rooms sees them: {@code rpc.AgentInternal} (spec 6.4, 8.2). Called, and answers, on the desk. */
interface AgentNodes {
    /** Asks all of them. @param each called for every answer, @param done once, when no further one comes */
    void checkEnabled(Consumer<CheckEnabledResponse> each, Runnable done);

    /**
     * Asks for a job under a topic; of the nodes that answer, the one with the highest affinity gives it to a worker.
     *
     * @return fails with an {@link io.stoa.rpc.RpcException}: {@code unavailable} if no node would have it, {@code resource_exhausted} if
     *     none of the node's workers takes it
     */
    CompletableFuture<JobState> request(String agentTopic, JobType type, Job job);

    /** @return how the job has ended; fails with {@code not_found} if no node knows it */
    CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason);
}
