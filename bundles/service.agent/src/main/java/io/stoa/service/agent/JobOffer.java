package io.stoa.service.agent;

import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A job that is offered to one worker after the other until one takes it. */
final class JobOffer {
    final Job job;
    final Set<Worker> tried = new HashSet<>();
    final CompletableFuture<JobState> outcome = new CompletableFuture<>();
    /** A worker's own simulation: nobody else is asked. */
    final boolean simulated;

    /** Unix time after which nobody waits for the outcome. */
    final long untilMillis;

    JobOffer(Job job, boolean simulated, long untilMillis) {
        this.job = job;
        this.simulated = simulated;
        this.untilMillis = untilMillis;
    }
}
