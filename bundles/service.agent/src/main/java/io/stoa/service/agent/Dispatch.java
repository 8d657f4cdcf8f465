package io.stoa.service.agent;

import io.stoa.protocol.handover.AgentJobState;
import io.stoa.protocol.handover.DispatchState;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.ParticipantInfo;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** That an agent is wanted in a room, and the jobs that have come of it. */
final class Dispatch {
    /** Jobs that have ended are shown, but not all of them for ever. */
    static final int MAX_ENDED = 100;

    final AgentDispatch.Builder info;
    /** By id: those that workers have, or had. */
    final Map<String, AgentJob> jobs = new LinkedHashMap<>();
    /** Those that nobody has taken yet. */
    final Map<String, AgentJob> launching = new LinkedHashMap<>();
    /** Sids of those in the room who have a job of their own. */
    final Set<String> participants = new HashSet<>();
    final Set<String> publishers = new HashSet<>();

    Dispatch(AgentDispatch.Builder info) {
        this.info = info;
    }

    String id() {
        return info.getId();
    }

    boolean deleted() {
        return info.getState().getDeletedAt() != 0;
    }

    AgentDispatch shown() {
        AgentDispatch.Builder shown = info.clone();
        jobs.values().forEach(job -> shown.getStateBuilder().addJobs(job.job));
        return shown.build();
    }

    void taken(AgentJob job) {
        jobs.put(job.job.getId(), job);
        long ended = jobs.values().stream().filter(AgentJob::ended).count();
        for (Iterator<AgentJob> oldest = jobs.values().iterator(); ended > MAX_ENDED && oldest.hasNext(); ) {
            if (!oldest.next().ended()) continue;
            oldest.remove();
            ended--;
        }
    }

    /** Whether somebody who comes back has a job from before that is still going on; it is about who is here now. */
    boolean keeps(JobType type, ParticipantInfo one) {
        for (AgentJob job : jobs.values()) {
            boolean his = job.job.getType() == type && !job.ended() && job.job.getParticipant().getSid().isEmpty()
                    && job.job.getParticipant().getIdentity().equals(one.getIdentity());
            if (!his) continue;
            job.job = job.job.toBuilder().setParticipant(one).build();
            return true;
        }
        return false;
    }

    static Dispatch of(DispatchState from) {
        Dispatch dispatch = new Dispatch(from.getDispatch().toBuilder());
        for (AgentJobState job : from.getJobsList()) dispatch.jobs.put(job.getJob().getId(), AgentJob.of(job));
        for (AgentJobState job : from.getLaunchingList()) dispatch.launching.put(job.getJob().getId(), AgentJob.of(job));
        dispatch.participants.addAll(from.getParticipantsList());
        dispatch.publishers.addAll(from.getPublishersList());
        return dispatch;
    }

    DispatchState state() {
        DispatchState.Builder state = DispatchState.newBuilder()
                .setDispatch(info)
                .addAllParticipants(participants)
                .addAllPublishers(publishers);
        jobs.values().forEach(job -> state.addJobs(job.state()));
        launching.values().forEach(job -> state.addLaunching(job.state()));
        return state.build();
    }
}
