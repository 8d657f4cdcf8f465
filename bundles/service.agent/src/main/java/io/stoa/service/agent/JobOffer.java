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

    JobOffer(Job job, boolean simulated) {
        this.job = job;
        this.simulated = simulated;
    }
}
