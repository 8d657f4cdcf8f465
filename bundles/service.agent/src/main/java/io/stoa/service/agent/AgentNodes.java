package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The nodes that have workers, as a node that has rooms sees them: {@code rpc.AgentInternal} (spec 6.4, 8.2); and the nodes that have
 * rooms, as one that has workers tells them of jobs. Called, and answers, on the desk.
 */
interface AgentNodes extends JobWatcher {
    /** What nodes answer. */
    interface Answers {
        void answer(CheckEnabledResponse one);

        /** No further one comes. @param remembered they are those that were given to somebody else before */
        void done(boolean remembered);
    }

    /** Asks all of them. @param anew whether what is remembered does not do */
    void checkEnabled(boolean anew, Answers answers);

    /**
     * Asks for a job under a topic; of the nodes that answer, the one with the highest affinity gives it to a worker.
     *
     * @return fails with an {@link io.stoa.rpc.RpcException}: {@code unavailable} if no node would have it, {@code resource_exhausted} if
     *     none of the node's workers takes it, {@code deadline_exceeded} if it is not known whether one has
     */
    CompletableFuture<JobState> request(String agentTopic, JobType type, Job job);

    /** @return how the job has ended; fails if no node knows it, or says so */
    CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason);

    /** Those of the jobs that a room, wherever it is, has given away and that have not ended. */
    CompletableFuture<List<Job>> jobs(List<String> ids);

    /** Whether some worker has the job, as far as nodes answer. */
    CompletableFuture<Boolean> attended(String jobId);
}
