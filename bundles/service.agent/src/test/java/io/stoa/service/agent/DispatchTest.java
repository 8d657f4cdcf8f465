package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobRestartPolicy;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.RegisterWorkerRequest;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.SimulateJobRequest;
import io.stoa.rpc.RpcException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which jobs there are, and how they end (spec 8.3, 8.4). */
class DispatchTest {
    private final Rig rig = new Rig();

    private static AgentDispatch.Builder named(String agent) {
        return AgentDispatch.newBuilder().setAgentName(agent);
    }

    // -- which jobs

    @Test
    void a_worker_without_a_name_gets_a_job_of_every_room() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("one");
        worker.takes("agent-1");
        rig.rooms.open("two");
        assertThat(worker.offers()).extracting(one -> one.getRoom().getName()).containsExactly("one", "two");
        assertThat(rig.dispatches("two")).hasSize(1);
        assertThat(rig.dispatches("two").getFirst().getId()).startsWith("AD_");
        assertThat(rig.dispatches("two").getFirst().getState().getCreatedAt()).isEqualTo(rig.desk.unixNanos());
        assertThat(rig.jobs("two")).as("nobody has it yet").isEmpty();
        assertThat(rig.jobs("one")).extracting(one -> one.getState().getParticipantIdentity()).containsExactly("agent-1");
    }

    @Test
    void a_named_worker_waits_for_its_name_and_gets_what_was_said() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "helper");
        rig.rooms.open("hall");
        assertThat(worker.offers()).isEmpty();
        rig.dispatch("hall", named("other"));
        assertThat(worker.offers()).isEmpty();
        AgentDispatch made = rig.dispatch("hall", named("helper").setMetadata("m").putAttributes("a", "b"));
        assertThat(worker.offer().getMetadata()).isEqualTo("m");
        assertThat(worker.offer().getAttributesMap()).containsEntry("a", "b");
        assertThat(worker.offer().getDispatchId()).isEqualTo(made.getId());
        assertThat(worker.offer().getAgentName()).isEqualTo("helper");
    }

    @Test
    void what_the_room_was_opened_with_is_instead_of_agents_without_a_name() throws RpcException {
        PlayedWorker unnamed = rig.worker().registers(JobType.JT_ROOM, "");
        PlayedWorker named = rig.worker().registers(JobType.JT_ROOM, "helper");
        rig.rooms.open("hall",
                RoomAgentDispatch.newBuilder().setAgentName("helper").setMetadata("m").build(),
                RoomAgentDispatch.newBuilder().setAgentName("helper").setDeployment("not_this").build());
        assertThat(unnamed.offers()).isEmpty();
        assertThat(named.offers()).extracting(Job::getMetadata).containsExactly("m");
        assertThat(rig.dispatches("hall")).hasSize(1);
    }

    @Test
    void every_namespace_gets_a_job_of_its_own_and_deployments_are_apart() {
        RegisterWorkerRequest.Builder like = RegisterWorkerRequest.newBuilder().setAgentName("helper");
        PlayedWorker one = rig.worker().registers(like.clone().setNamespace("one"));
        PlayedWorker two = rig.worker().registers(like.clone().setNamespace("two"));
        PlayedWorker blue = rig.worker().registers(like.clone().setNamespace("one").setDeployment("blue"));
        rig.rooms.open("hall", RoomAgentDispatch.newBuilder().setAgentName("helper").build());
        assertThat(one.offers()).hasSize(1);
        assertThat(two.offers()).hasSize(1);
        assertThat(one.offer().getId()).isNotEqualTo(two.offer().getId());
        assertThat(blue.offers()).isEmpty();
        rig.rooms.open("blue hall", RoomAgentDispatch.newBuilder().setAgentName("helper").setDeployment("blue").build());
        assertThat(blue.offers()).hasSize(1);
        assertThat(one.offers()).hasSize(1);
    }

    @Test
    void who_enters_and_who_publishes_has_a_job_of_its_own_once() {
        PlayedWorker forParticipants = rig.worker().registers(JobType.JT_PARTICIPANT, "");
        PlayedWorker forPublishers = rig.worker().registers(JobType.JT_PUBLISHER, "");
        var hall = rig.rooms.open("hall");
        hall.enters("ann");
        hall.agentEnters("robot");
        assertThat(forParticipants.offers()).extracting(one -> one.getParticipant().getIdentity()).containsExactly("ann");
        assertThat(forPublishers.offers()).isEmpty();
        hall.publishes("ann");
        hall.publishes("ann");
        hall.publishes("robot");
        assertThat(forPublishers.offers()).extracting(one -> one.getParticipant().getIdentity()).containsExactly("ann");
        hall.leaves("ann", DisconnectReason.CLIENT_INITIATED);
        hall.enters("ann");
        assertThat(forParticipants.offers()).hasSize(2);
    }

    @Test
    void who_is_here_already_counts_when_a_dispatch_is_added() throws RpcException {
        PlayedWorker forParticipants = rig.worker().registers(JobType.JT_PARTICIPANT, "helper");
        PlayedWorker forPublishers = rig.worker().registers(JobType.JT_PUBLISHER, "helper");
        var hall = rig.rooms.open("hall");
        hall.enters("ann");
        hall.enters("bob");
        hall.publishes("bob");
        rig.dispatch("hall", named("helper"));
        assertThat(forParticipants.offers()).extracting(one -> one.getParticipant().getIdentity()).containsExactlyInAnyOrder("ann", "bob");
        assertThat(forPublishers.offers()).extracting(one -> one.getParticipant().getIdentity()).containsExactly("bob");
    }

    // -- deletion

    @Test
    void a_dispatch_that_is_deleted_ends_its_jobs_and_an_agent_that_stays_is_removed() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        rig.delete("hall", job.getDispatchId());
        assertThat(worker.terminations()).containsExactly(job.getId());
        assertThat(rig.dispatches("hall")).isEmpty();
        rig.desk.pass(RoomAgents.FAREWELL_MILLIS - 1);
        assertThat(rig.removed).isEmpty();
        rig.desk.pass(1);
        assertThat(rig.removed).containsExactly("hall: agent-1");
        assertThatThrownBy(() -> rig.delete("hall", job.getDispatchId())).isInstanceOf(RpcException.class).hasMessage("dispatch ID not found");
    }

    @Test
    void an_agent_that_goes_by_itself_is_not_removed() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        rig.delete("hall", job.getDispatchId());
        hall.leaves("agent-1", DisconnectReason.CLIENT_INITIATED);
        rig.desk.pass(60_000);
        assertThat(rig.removed).isEmpty();
        assertThat(worker.terminations()).hasSize(1);
    }

    @Test
    void a_job_that_is_taken_too_late_ends_at_once() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        rig.delete("hall", worker.offer().getDispatchId());
        assertThat(worker.terminations()).isEmpty();
        worker.says(io.stoa.protocol.livekit.WorkerMessage.newBuilder().setAvailability(io.stoa.protocol.livekit.AvailabilityResponse.newBuilder()
                .setJobId(worker.offer().getId()).setAvailable(true).setParticipantIdentity("agent-1")));
        assertThat(worker.terminations()).containsExactly(worker.offer().getId());
    }

    @Test
    void agents_that_have_not_come_yet_end_with_the_room() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.closes();
        assertThat(worker.terminations()).containsExactly(job.getId());
        rig.rooms.open("hall");
        assertThat(worker.offers()).as("a room of that name is another one").hasSize(2);
    }

    // -- agents leave

    @Test
    void an_agent_that_leaves_has_ended_its_job() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        hall.leaves("agent-1", DisconnectReason.CLIENT_INITIATED);
        assertThat(worker.terminations()).containsExactly(job.getId());
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_FAILED);
        assertThat(rig.jobs("hall").getFirst().getState().getError()).isEqualTo("agent worker left the room");
        rig.desk.pass(60_000);
        assertThat(worker.offers()).as("it wanted to").hasSize(1);
    }

    @Test
    void an_agent_that_enters_while_it_is_asked_who_is_there_is_not_taken_for_gone() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        PlayedWorker forParticipants = rig.worker().registers(JobType.JT_PARTICIPANT, "");
        var hall = rig.rooms.open("hall");
        worker.takes("agent-1");
        hall.enters("ann");
        hall.meanwhile = () -> {
            hall.agentEnters("agent-1");
            hall.leaves("ann", DisconnectReason.CLIENT_INITIATED);
        };
        rig.dispatches("hall");
        assertThat(worker.terminations()).isEmpty();
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_RUNNING);
        rig.desk.pass(60_000);
        assertThat(worker.offers()).hasSize(1);
        assertThat(forParticipants.offers()).as("ann has gone").hasSize(1);
    }

    @Test
    void an_agent_that_enters_before_it_is_known_who_has_the_job_is_its_agent() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        hall.agentEnters("agent-1");
        Job job = worker.takes("agent-1");
        rig.delete("hall", job.getDispatchId());
        rig.desk.pass(RoomAgents.FAREWELL_MILLIS);
        assertThat(rig.removed).containsExactly("hall: agent-1");
    }

    @Test
    void an_agent_that_connects_anew_keeps_its_job() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        worker.takes("agent-1");
        hall.agentEnters("agent-1");
        hall.leaves("agent-1", DisconnectReason.DUPLICATE_IDENTITY);
        hall.agentEnters("agent-1");
        hall.leaves("agent-1", DisconnectReason.STATE_MISMATCH);
        rig.desk.pass(RoomAgents.RETURN_MILLIS - 1);
        hall.agentEnters("agent-1");
        rig.desk.pass(60_000);
        assertThat(worker.terminations()).isEmpty();
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_RUNNING);
    }

    @Test
    void a_job_that_is_done_is_done() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        worker.reports(job, JobStatus.JS_SUCCESS, "");
        hall.leaves("agent-1", DisconnectReason.CLIENT_INITIATED);
        rig.desk.pass(60_000);
        assertThat(worker.terminations()).isEmpty();
        assertThat(worker.offers()).hasSize(1);
        assertThat(rig.jobs("hall").getFirst().getState().getStatus()).isEqualTo(JobStatus.JS_SUCCESS);
        assertThat(rig.jobs("hall").getFirst().getState().getEndedAt()).isNotZero();
    }

    // -- jobs that fail

    @Test
    void a_job_that_failed_is_given_away_again_a_few_times() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        int offered = 0;
        while (worker.offers().size() > offered) {
            offered = worker.offers().size();
            worker.reports(worker.takes("agent-" + offered), JobStatus.JS_FAILED, "boom");
            for (int seconds = 0; seconds < 30 && worker.offers().size() == offered; seconds++) rig.desk.pass(1_000);
        }
        assertThat(offered).isEqualTo(6);
        assertThat(worker.offers()).extracting(Job::getId).doesNotHaveDuplicates();
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getError()).hasSize(6).containsOnly("boom");
    }

    @Test
    void never_means_never() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "helper");
        rig.rooms.open("hall", RoomAgentDispatch.newBuilder().setAgentName("helper").setRestartPolicy(JobRestartPolicy.JRP_NEVER).build());
        worker.reports(worker.takes("agent-1"), JobStatus.JS_FAILED, "boom");
        rig.desk.pass(60_000);
        assertThat(worker.offers()).hasSize(1);
    }

    @Test
    void what_is_left_of_a_failed_agent_is_removed() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        worker.reports(job, JobStatus.JS_FAILED, "boom");
        rig.desk.pass(RoomAgents.FAREWELL_MILLIS);
        assertThat(rig.removed).containsExactly("hall: agent-1");
    }

    @Test
    void an_agent_that_is_lost_is_followed_by_another() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        hall.leaves("agent-1", DisconnectReason.CONNECTION_TIMEOUT);
        assertThat(worker.terminations()).containsExactly(job.getId());
        assertThat(worker.offers()).hasSize(1);
        rig.desk.pass(1_000);
        assertThat(worker.offers()).hasSize(2);
        worker.takes("agent-2");
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_FAILED, JobStatus.JS_RUNNING);
    }

    @Test
    void a_worker_that_dies_before_its_agent_came_is_followed_by_another() throws RpcException {
        PlayedWorker dies = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        dies.takes("agent-1");
        dies.session.closed();
        PlayedWorker next = rig.worker().registers(JobType.JT_ROOM, "");
        rig.desk.pass(RoomAgents.RETURN_MILLIS + 1_000);
        next.takes("agent-2");
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_FAILED, JobStatus.JS_RUNNING);
    }

    @Test
    void without_a_worker_it_is_tried_again_later() {
        PlayedWorker dies = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        dies.takes("agent-1");
        dies.session.closed();
        rig.desk.pass(RoomAgents.RETURN_MILLIS + 1_500);
        PlayedWorker next = rig.worker().registers(JobType.JT_ROOM, "");
        assertThat(next.offers()).isEmpty();
        rig.desk.pass(2_000);
        assertThat(next.offers()).hasSize(1);
    }

    @Test
    void an_agent_goes_on_without_its_workers_connection() throws RpcException {
        PlayedWorker dies = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = dies.takes("agent-1");
        hall.agentEnters("agent-1");
        dies.session.closed();
        PlayedWorker next = rig.worker().registers(JobType.JT_ROOM, "");
        rig.desk.pass(60_000);
        assertThat(next.offers()).isEmpty();
        assertThat(rig.jobs("hall").getFirst().getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING);
        rig.delete("hall", job.getDispatchId());
        rig.desk.pass(RoomAgents.FAREWELL_MILLIS);
        assertThat(rig.removed).containsExactly("hall: agent-1");
    }

    @Test
    void a_job_about_somebody_who_has_left_is_not_given_away_again() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_PARTICIPANT, "");
        var hall = rig.rooms.open("hall");
        hall.enters("ann");
        Job job = worker.takes("agent-1");
        hall.leaves("ann", DisconnectReason.CLIENT_INITIATED);
        worker.reports(job, JobStatus.JS_FAILED, "boom");
        rig.desk.pass(60_000);
        assertThat(worker.offers()).hasSize(1);
    }

    @Test
    void jobs_that_have_ended_are_not_shown_for_ever() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_PARTICIPANT, "");
        var hall = rig.rooms.open("hall");
        hall.enters("first");
        Job runs = worker.takes("agent of the first");
        for (int i = 0; i < Dispatch.MAX_ENDED + 5; i++) {
            hall.enters("guest " + i);
            worker.reports(worker.takes("agent " + i), JobStatus.JS_SUCCESS, "");
        }
        hall.enters("last");
        worker.takes("agent of the last");
        assertThat(rig.jobs("hall")).hasSize(Dispatch.MAX_ENDED + 2);
        assertThat(rig.jobs("hall").getFirst().getId()).isEqualTo(runs.getId());
    }

    // -- the store

    @Test
    void the_store_is_told_also_one_that_comes_later() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        Rig.MapStore store = new Rig.MapStore();
        rig.office.bind(store);
        assertThat(store.dispatches.keySet()).containsExactly(job.getDispatchId());
        assertThat(store.jobs.keySet()).containsExactly(job.getId());
        AgentDispatch made = rig.dispatch("hall", named("other"));
        assertThat(store.dispatches.keySet()).contains(made.getId());
        rig.delete("hall", made.getId());
        assertThat(store.dispatches.keySet()).doesNotContain(made.getId());
        worker.reports(job, JobStatus.JS_SUCCESS, "");
        assertThat(store.jobs.get(job.getId()).getState().getStatus()).isEqualTo(JobStatus.JS_SUCCESS);
        rig.office.unbind(store);
        hall.closes();
        assertThat(store.deletedRooms).isEmpty();
        rig.office.bind(store);
        assertThat(store.deletedRooms).containsExactly("hall");
    }

    @Test
    void what_a_worker_simulates_is_no_job_of_the_room() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "sim");
        var hall = rig.rooms.open("hall");
        worker.says(io.stoa.protocol.livekit.WorkerMessage.newBuilder().setSimulateJob(SimulateJobRequest.newBuilder().setRoom(hall.info)));
        worker.takes("agent-1");
        hall.agentEnters("agent-1");
        assertThat(rig.jobs("hall")).isEmpty();
        assertThat(List.of(rig.dispatches("hall").size())).containsExactly(1);
    }
}
