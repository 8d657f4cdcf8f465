package io.stoa.service.agent;

import io.stoa.base.Ids;
import io.stoa.protocol.handover.DispatchState;
import io.stoa.protocol.handover.RoomAgentsState;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.AgentDispatchState;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobRestartPolicy;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.rpc.JobTerminateReason;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dispatches of one room, and their jobs (spec 8.3, 8.4). On the desk. */
final class RoomAgents {
    private static final Logger LOG = LoggerFactory.getLogger(RoomAgents.class);
    static final String DISPATCH = "AD_";
    /** An agent that was told to end is removed after so long. */
    static final long FAREWELL_MILLIS = 3_000;
    /** An agent that is to connect anew, or of which nothing is known, is waited for so long. */
    static final long RETURN_MILLIS = 15_000;
    /** A job that failed is given away again after so long; once for each. */
    private static final long[] RESTART_MILLIS = {1_000, 2_000, 5_000, 10_000, 20_000};
    /** An agent has so long to come, then whether its worker is still there is asked. */
    static final long ARRIVAL_MILLIS = 30_000;
    /** A job that lived so long may fail as often as a new one. */
    private static final long SETTLED_NANOS = 60_000_000_000L;

    /** By which an agent leaves that wanted to stay. */
    private static final Set<DisconnectReason> FAILURES = EnumSet.of(
            DisconnectReason.CONNECTION_TIMEOUT, DisconnectReason.JOIN_FAILURE, DisconnectReason.SIGNAL_CLOSE, DisconnectReason.MEDIA_FAILURE,
            DisconnectReason.AGENT_ERROR);

    private final Premises premises;
    private final Map<String, Dispatch> dispatches = new LinkedHashMap<>();
    /** Deleted, until their agents have gone. */
    private final List<Dispatch> ending = new ArrayList<>();
    /** Identities of those in the room who may be agents of its jobs. */
    private final Set<String> agents = new HashSet<>();
    private Room room;
    private int heard;
    private boolean closed;

    RoomAgents(Premises premises, Room room) {
        this.premises = premises;
        this.room = room;
    }

    String name() {
        return room.getName();
    }

    String sid() {
        return room.getSid();
    }

    // -- dispatches

    /** Those that it had on another node, which has died or has let it go, or else those that it opens with; without any, agents without a name are wanted. */
    void open(RoomInternal internal, List<AgentDispatch> left) {
        left.forEach(this::adopt);
        if (!left.isEmpty()) return;
        List<RoomAgentDispatch> wanted =
                internal.getAgentDispatchesCount() == 0 ? List.of(RoomAgentDispatch.getDefaultInstance()) : internal.getAgentDispatchesList();
        for (RoomAgentDispatch one : wanted) {
            String fault = JobKind.deploymentFault(one.getDeployment());
            if (fault != null) {
                LOG.warn("room {}: agent {} is not dispatched: {}", name(), one.getAgentName(), fault);
                continue;
            }
            create(AgentDispatch.newBuilder()
                    .setAgentName(one.getAgentName())
                    .setMetadata(one.getMetadata())
                    .setRestartPolicy(one.getRestartPolicy())
                    .setDeployment(one.getDeployment())
                    .putAllAttributes(one.getAttributesMap()));
        }
    }

    /** Its agents may be on their way here, as everybody else who was in the room. */
    private void adopt(AgentDispatch stored) {
        Dispatch dispatch = new Dispatch(stored.toBuilder());
        dispatch.info.getStateBuilder().clearJobs();
        for (Job job : stored.getState().getJobsList()) {
            AgentJob known = new AgentJob(job.toBuilder().setRoom(room).build(), 0, 0);
            known.unattended = true;
            dispatch.jobs.put(job.getId(), known);
            if (!known.ended()) await(dispatch, known);
        }
        dispatches.put(dispatch.id(), dispatch);
        LOG.info("room {} goes on here with dispatch {} of agent \"{}\" and {} jobs", name(), dispatch.id(), stored.getAgentName(), dispatch.jobs.size());
        if (dispatch.jobs.values().stream().noneMatch(job -> job.job.getType() == JobType.JT_ROOM)) launch(dispatch, JobType.JT_ROOM, null);
    }

    /** Who is here is told of by {@link #entered} and {@link #published}, again if it was before. */
    AgentDispatch create(AgentDispatch.Builder wanted) {
        Dispatch dispatch = new Dispatch(wanted.clone()
                .setId(wanted.getId().isEmpty() ? premises.ids().next(DISPATCH) : wanted.getId())
                .setRoom(name())
                .setState(AgentDispatchState.newBuilder().setCreatedAt(premises.desk().unixNanos())));
        dispatches.put(dispatch.id(), dispatch);
        premises.records().putDispatch(dispatch.info.build());
        AgentDispatch made = dispatch.shown();
        launch(dispatch, JobType.JT_ROOM, null);
        return made;
    }

    /** @param id empty = all */
    List<AgentDispatch> list(String id) {
        return dispatches.values().stream().filter(one -> id.isEmpty() || one.id().equals(id)).map(Dispatch::shown).toList();
    }

    AgentDispatch delete(String id) throws RpcException {
        Dispatch dispatch = dispatches.remove(id);
        if (dispatch == null) throw new RpcException(RpcCode.NOT_FOUND, "dispatch ID not found");
        dispatch.info.getStateBuilder().setDeletedAt(premises.desk().unixNanos());
        premises.records().deleteDispatch(name(), id);
        AgentDispatch deleted = dispatch.shown();
        ending.add(dispatch);
        end(dispatch);
        return deleted;
    }

    /** Its jobs end, now or when they have begun; agents that stay are removed. */
    private void end(Dispatch dispatch) {
        dispatch.launching.values().removeIf(job -> job.restartAt != 0);
        if (!dispatch.launching.isEmpty()) return;
        for (AgentJob job : dispatch.jobs.values()) if (!job.ended()) terminate(job);
        premises.desk().after(FAREWELL_MILLIS, () -> {
            if (ending.remove(dispatch)) dispatch.jobs.values().forEach(this::remove);
        });
    }

    private void terminate(AgentJob job) {
        premises.nodes().terminate(job.job.getId(), JobTerminateReason.TERMINATION_REQUESTED).whenComplete((state, failure) ->
                become(job, failure == null ? state : now(job, JobStatus.JS_SUCCESS, "")));
    }

    private void remove(AgentJob job) {
        if (job.present) premises.remover().remove(name(), job.job.getState().getParticipantIdentity());
    }

    private Stream<Dispatch> all() {
        return Stream.concat(dispatches.values().stream(), ending.stream());
    }

    // -- the room

    /** Something happens in it. */
    void hears(Room as) {
        room = as;
        heard++;
    }

    /** How often something has. */
    int heard() {
        return heard;
    }

    static boolean dependent(ParticipantInfo one) {
        return one.getKind() == ParticipantInfo.Kind.AGENT || one.getKind() == ParticipantInfo.Kind.EGRESS
                || one.getPermission().getAgent() || isRecorder(one);
    }

    @SuppressWarnings("deprecation")
    private static boolean isRecorder(ParticipantInfo one) {
        return one.getPermission().getRecorder();
    }

    /** May be told twice of somebody. */
    void entered(ParticipantInfo one) {
        all().flatMap(dispatch -> dispatch.jobs.values().stream())
                .filter(job -> !job.ended() && job.is(one.getIdentity()))
                .forEach(job -> job.present = true);
        if (dependent(one)) {
            agents.add(one.getIdentity());
            return;
        }
        for (Dispatch dispatch : List.copyOf(dispatches.values()))
            if (dispatch.participants.add(one.getSid()) && !dispatch.keeps(JobType.JT_PARTICIPANT, one)) launch(dispatch, JobType.JT_PARTICIPANT, one);
    }

    void published(ParticipantInfo one) {
        if (dependent(one)) return;
        for (Dispatch dispatch : List.copyOf(dispatches.values()))
            if (dispatch.publishers.add(one.getSid()) && !dispatch.keeps(JobType.JT_PUBLISHER, one)) launch(dispatch, JobType.JT_PUBLISHER, one);
    }

    void left(ParticipantInfo one) {
        if (one.getDisconnectReason() != DisconnectReason.DUPLICATE_IDENTITY) agents.remove(one.getIdentity());
        for (Dispatch dispatch : all().toList()) {
            dispatch.participants.remove(one.getSid());
            dispatch.publishers.remove(one.getSid());
            for (AgentJob job : List.copyOf(dispatch.jobs.values())) if (job.is(one.getIdentity())) left(dispatch, job, one.getDisconnectReason());
        }
    }

    private void left(Dispatch dispatch, AgentJob job, DisconnectReason reason) {
        if (reason == DisconnectReason.DUPLICATE_IDENTITY) return; // it has connected anew
        job.present = false;
        if (job.ended()) return;
        if (reason == DisconnectReason.STATE_MISMATCH) await(dispatch, job); // it was asked to
        else over(dispatch, job, reason);
    }

    /** Its agent may come (back). */
    private void await(Dispatch dispatch, AgentJob job) {
        premises.desk().after(RETURN_MILLIS, () -> {
            if (!closed && !job.present && !job.ended()) over(dispatch, job, DisconnectReason.CONNECTION_TIMEOUT);
        });
    }

    private void over(Dispatch dispatch, AgentJob job, DisconnectReason reason) {
        boolean wanted = !FAILURES.contains(reason);
        premises.nodes().terminate(job.job.getId(), JobTerminateReason.AGENT_LEFT_ROOM).whenComplete((state, failure) -> {
            if (failure == null) become(job, state);
            else become(job, wanted ? now(job, JobStatus.JS_SUCCESS, "") : now(job, JobStatus.JS_FAILED, "agent worker is gone"));
            if (!wanted) again(dispatch, job);
        });
    }

    /** Everybody who is here, when nothing was heard for a while. */
    void census(List<ParticipantInfo> here) {
        Set<String> sids = here.stream().map(ParticipantInfo::getSid).collect(Collectors.toSet());
        Set<String> identities = here.stream().map(ParticipantInfo::getIdentity).collect(Collectors.toCollection(HashSet::new));
        agents.retainAll(identities);
        for (Dispatch dispatch : all().toList()) {
            dispatch.participants.retainAll(sids);
            dispatch.publishers.retainAll(sids);
            for (AgentJob job : List.copyOf(dispatch.jobs.values()))
                if (job.present && !identities.contains(job.job.getState().getParticipantIdentity())) left(dispatch, job, DisconnectReason.UNKNOWN_REASON);
        }
        for (ParticipantInfo one : here) {
            entered(one);
            if (one.getIsPublisher()) published(one);
        }
    }

    /** Agents that have not come yet need not come any more. */
    void finish() {
        closed = true;
        all().flatMap(dispatch -> dispatch.jobs.values().stream()).filter(job -> !job.ended()).toList().forEach(this::terminate);
        premises.records().deleteRoom(name());
    }

    /** The room goes on on another node, which has all of this from the store. */
    void depart() {
        closed = true;
    }

    // -- jobs

    private Job like(Dispatch dispatch, JobType type, ParticipantInfo participant) {
        Job.Builder job = Job.newBuilder()
                .setDispatchId(dispatch.id())
                .setType(type)
                .setRoom(room)
                .setMetadata(dispatch.info.getMetadata())
                .setAgentName(dispatch.info.getAgentName())
                .setDeployment(dispatch.info.getDeployment())
                .putAllAttributes(dispatch.info.getAttributesMap());
        if (participant != null) job.setParticipant(participant);
        return job.build();
    }

    private void launch(Dispatch dispatch, JobType type, ParticipantInfo participant) {
        premises.launcher().launch(like(dispatch, type, participant), new Wish(dispatch, 0));
    }

    private final class Wish implements JobLauncher.Wish {
        private final Dispatch dispatch;
        private final int restarts;

        Wish(Dispatch dispatch, int restarts) {
            this.dispatch = dispatch;
            this.restarts = restarts;
        }

        @Override
        public void asked(Job job) {
            dispatch.launching.put(job.getId(), new AgentJob(job, restarts, 0));
        }

        @Override
        public void taken(Job job, JobState state) {
            if (!dispatch.jobs.containsKey(job.getId())) RoomAgents.this.taken(dispatch, job, restarts, state);
        }

        @Override
        public void refused(Job job, Throwable why) {
            if (dispatch.jobs.containsKey(job.getId())) return; // only the answer is lost
            dispatch.launching.remove(job.getId());
            LOG.info("room {}: nobody takes job {} of {} for agent \"{}\": {}", name(), job.getId(), job.getType(), job.getAgentName(), why.getMessage());
            if (dispatch.deleted()) end(dispatch);
            else if (restarts > 0 || isLost(why)) again(dispatch, job, restarts);
            if (isLost(why)) premises.nodes().terminate(job.getId(), JobTerminateReason.TERMINATION_REQUESTED);
        }

        @Override
        public void nobody(boolean known) {
            if (!known && !dispatch.info.getAgentName().isEmpty()) LOG.info("room {}: there is no worker for agent \"{}\"", name(), dispatch.info.getAgentName());
        }
    }

    private AgentJob taken(Dispatch dispatch, Job job, int restarts, JobState state) {
        dispatch.launching.remove(job.getId());
        AgentJob taken = new AgentJob(job, restarts, 0);
        dispatch.taken(taken);
        become(taken, state);
        taken.present = agents.contains(state.getParticipantIdentity()); // it may have been faster than the answer
        if (closed && !taken.ended()) terminate(taken);
        else if (dispatch.deleted()) end(dispatch);
        else expect(dispatch, taken);
        return taken;
    }

    /** A node had the job to give, and has not said to whom: it is nobody's any more. */
    private static boolean isLost(Throwable why) {
        return why instanceof RpcException said && said.code() == RpcCode.DEADLINE_EXCEEDED;
    }

    /** An agent that does not come may be slow, or its worker may have died with its node, of which nobody tells. */
    private void expect(Dispatch dispatch, AgentJob job) {
        premises.desk().after(ARRIVAL_MILLIS, () -> {
            if (closed || job.present || job.ended() || job.unattended) return;
            premises.nodes().attended(job.job.getId()).whenComplete((attended, failure) -> {
                if (failure != null || attended) expect(dispatch, job);
                else lost(job.job);
            });
        });
    }

    private void become(AgentJob job, JobState state) {
        if (job.ended()) return;
        job.become(state);
        premises.records().putJob(name(), job.job);
    }

    private JobState now(AgentJob job, JobStatus status, String error) {
        long now = premises.desk().unixNanos();
        return job.job.getState().toBuilder().setStatus(status).setError(error).setUpdatedAt(now).setEndedAt(now).build();
    }

    /** Its worker says so. */
    void changed(Job job) {
        with(job, (dispatch, known) -> {
            become(known, job.getState());
            if (!known.ended()) known.unattended = false;
            if (!known.failed()) return;
            premises.desk().after(FAREWELL_MILLIS, () -> remove(known));
            again(dispatch, known);
        });
    }

    /** Its worker's connection is gone. The agent may be here all the same, or on its way. */
    void lost(Job job) {
        with(job, (dispatch, known) -> {
            boolean another = !known.job.getState().getWorkerId().equals(job.getState().getWorkerId());
            if (another) return; // it goes on with that one
            known.unattended = true;
            if (!known.present) await(dispatch, known);
        });
    }

    Stream<Job> jobs(List<String> ids) {
        return dispatches.values().stream().flatMap(dispatch -> ids.stream().map(dispatch.jobs::get)).filter(job -> job != null && !job.ended()).map(job -> job.job);
    }

    private interface Known {
        void use(Dispatch dispatch, AgentJob job);
    }

    private void with(Job job, Known then) {
        all().filter(dispatch -> dispatch.id().equals(job.getDispatchId())).findFirst().ifPresent(dispatch -> {
            AgentJob known = dispatch.jobs.containsKey(job.getId()) ? dispatch.jobs.get(job.getId()) : overtaken(dispatch, job);
            if (known != null && !known.ended()) then.use(dispatch, known);
        });
    }

    /** Another node's news may come before its answer that the job is taken. */
    private AgentJob overtaken(Dispatch dispatch, Job job) {
        AgentJob asked = dispatch.launching.get(job.getId());
        if (asked == null || asked.restartAt != 0) return null;
        JobState begun = job.getState().toBuilder().setStatus(JobStatus.JS_RUNNING).clearError().clearEndedAt().build();
        return taken(dispatch, asked.job, asked.restarts, begun);
    }

    // -- jobs that failed

    private void again(Dispatch dispatch, AgentJob failed) {
        JobState state = failed.job.getState();
        again(dispatch, failed.job, state.getEndedAt() - state.getStartedAt() >= SETTLED_NANOS ? 0 : failed.restarts);
    }

    private void again(Dispatch dispatch, Job job, int restarts) {
        if (closed || dispatch.deleted() || dispatch.info.getRestartPolicy() != JobRestartPolicy.JRP_ON_FAILURE) return;
        if (restarts >= RESTART_MILLIS.length) {
            LOG.warn("room {}: agent \"{}\" is given up: job {} failed, and {} before it", name(), job.getAgentName(), job.getId(), restarts);
            return;
        }
        AgentJob waiting = new AgentJob(job, restarts, premises.desk().millis() + RESTART_MILLIS[restarts]);
        dispatch.launching.put(job.getId(), waiting);
        arm(dispatch, waiting);
    }

    @SuppressWarnings("deprecation") // namespaces
    private void arm(Dispatch dispatch, AgentJob waiting) {
        premises.desk().after(Math.max(0, waiting.restartAt - premises.desk().millis()), () -> {
            Job job = waiting.job;
            if (closed || !dispatch.launching.remove(job.getId(), waiting) || !concerns(dispatch, job)) return;
            LOG.info("room {}: job {} of agent \"{}\" has failed and is given away again", name(), job.getId(), job.getAgentName());
            ParticipantInfo participant = job.hasParticipant() ? job.getParticipant() : null;
            premises.launcher().launch(like(dispatch, job.getType(), participant), job.getNamespace(), new Wish(dispatch, waiting.restarts + 1));
        });
    }

    /** Whether whom the job is about is still here. */
    private static boolean concerns(Dispatch dispatch, Job job) {
        return switch (job.getType()) {
            case JT_PARTICIPANT -> dispatch.participants.contains(job.getParticipant().getSid());
            case JT_PUBLISHER -> dispatch.publishers.contains(job.getParticipant().getSid());
            case JT_ROOM, UNRECOGNIZED -> true;
        };
    }

    // -- from one agent server to the next

    RoomAgentsState state() {
        List<DispatchState> states = all().map(Dispatch::state).toList();
        return RoomAgentsState.newBuilder().setRoom(room).addAllDispatches(states).build();
    }

    /** Workers are there; what was under way goes on. */
    void resume(RoomAgentsState from) {
        for (DispatchState one : from.getDispatchesList()) {
            Dispatch dispatch = Dispatch.of(one);
            if (dispatch.deleted()) ending.add(dispatch);
            else dispatches.put(dispatch.id(), dispatch);
            for (AgentJob job : dispatch.jobs.values()) {
                if (job.present || job.ended()) continue;
                if (job.unattended) await(dispatch, job);
                else expect(dispatch, job);
            }
            for (AgentJob job : List.copyOf(dispatch.launching.values())) {
                if (job.restartAt == 0) premises.launcher().ask(job.job, new Wish(dispatch, job.restarts));
                else arm(dispatch, job);
            }
            if (dispatch.deleted()) end(dispatch);
        }
    }

    /** Removes participants; does not wait. */
    interface Remover {
        void remove(String room, String identity);
    }

    /** What all rooms share. */
    record Premises(Desk desk, AgentNodes nodes, JobLauncher launcher, AgentRecords records, AgentPosts posts, Remover remover, Ids ids) {}
}
