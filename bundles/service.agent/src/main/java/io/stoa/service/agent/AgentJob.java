package io.stoa.service.agent;

import io.stoa.protocol.handover.AgentJobState;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobStatus;

/** A job of a room: asked for, taken, or waiting to be given away again. */
final class AgentJob {
    Job job;
    /** Its agent is in the room. */
    boolean present;
    /** Its worker's connection is gone. */
    boolean unattended;
    /** It follows so many that failed. */
    final int restarts;
    /** When it is to be asked for again; 0 = not. */
    final long restartAt;

    AgentJob(Job job, int restarts, long restartAt) {
        this.job = job;
        this.restarts = restarts;
        this.restartAt = restartAt;
    }

    static AgentJob of(AgentJobState from) {
        AgentJob job = new AgentJob(from.getJob(), from.getRestarts(), from.getRestartAt());
        job.present = from.getPresent();
        job.unattended = from.getUnattended();
        return job;
    }

    AgentJobState state() {
        return AgentJobState.newBuilder()
                .setJob(job)
                .setPresent(present)
                .setUnattended(unattended)
                .setRestarts(restarts)
                .setRestartAt(restartAt)
                .build();
    }

    static boolean ended(JobStatus status) {
        return status == JobStatus.JS_SUCCESS || status == JobStatus.JS_FAILED;
    }

    boolean ended() {
        return ended(job.getState().getStatus());
    }

    boolean failed() {
        return job.getState().getStatus() == JobStatus.JS_FAILED;
    }

    /** Whose agent is here under that identity. */
    boolean is(String identity) {
        return !identity.isEmpty() && job.getState().getParticipantIdentity().equals(identity);
    }

    void become(JobState state) {
        job = job.toBuilder().setState(state).build();
    }
}
