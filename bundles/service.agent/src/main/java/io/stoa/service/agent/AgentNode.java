package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import java.util.concurrent.CompletableFuture;

/** One node that has workers: what it does when {@link AgentNodes} are asked. On the desk. */
interface AgentNode {
    /** Of a caller that waits as long as it takes. */
    long FOREVER = Long.MAX_VALUE;

    CheckEnabledResponse checkEnabled();

    /** Whether it listens to a topic: it does as long as it has a worker of that kind. */
    boolean serves(String agentTopic, JobType type);

    /** How gladly it would give the job to one of its workers; 0 = not at all. */
    float affinity(Job job);

    /** @param untilMillis Unix time after which nobody wants the answer any more, and so no worker is to have the job */
    CompletableFuture<JobState> request(Job job, long untilMillis);

    CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason);

    /** Whether one of its workers has the job. */
    boolean has(String jobId);
}
