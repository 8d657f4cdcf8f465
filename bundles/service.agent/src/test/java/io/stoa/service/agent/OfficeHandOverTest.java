package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.rpc.RpcException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The office is replaced: workers, dispatches and jobs go on. */
class OfficeHandOverTest {
    private final Rig rig = new Rig();

    private static void nothing() {}

    @Test
    void workers_and_jobs_go_on() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        AgentDispatch other = rig.dispatch("hall", AgentDispatch.newBuilder().setAgentName("other").setMetadata("m"));
        rig.replace(OfficeHandOverTest::nothing, worker);

        rig.desk.pass(60_000);
        assertThat(worker.offers()).as("nothing begins again").hasSize(1);
        assertThat(worker.closed).isNull();
        assertThat(rig.dispatches("hall")).extracting(AgentDispatch::getId).containsExactly(job.getDispatchId(), other.getId());
        assertThat(rig.jobs("hall")).extracting(Job::getId).containsExactly(job.getId());
        rig.rooms.open("next");
        assertThat(worker.offers()).hasSize(2);
        rig.delete("hall", job.getDispatchId());
        assertThat(worker.terminations()).containsExactly(job.getId());
        rig.desk.pass(RoomAgents.FAREWELL_MILLIS);
        assertThat(rig.removed).containsExactly("hall: agent-1");
    }

    @Test
    void an_offer_that_is_open_can_still_be_answered() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        Job offered = worker.offer();
        rig.replace(OfficeHandOverTest::nothing, worker);
        assertThat(worker.takes("agent-1").getId()).isEqualTo(offered.getId());
        assertThat(rig.jobs("hall")).hasSize(1);
    }

    @Test
    void who_has_not_registered_yet_may_still() {
        PlayedWorker worker = rig.worker();
        rig.replace(OfficeHandOverTest::nothing, worker);
        worker.registers(JobType.JT_ROOM, "");
        assertThat(worker.heard.getLast().getRegister().getWorkerId()).isEqualTo(worker.session.id());
    }

    @Test
    void what_happened_meanwhile_is_made_up_for() throws RpcException {
        PlayedWorker rooms = rig.worker().registers(JobType.JT_ROOM, "");
        PlayedWorker participants = rig.worker().registers(JobType.JT_PARTICIPANT, "");
        var hall = rig.rooms.open("hall");
        var gone = rig.rooms.open("gone");
        hall.enters("ann");
        rooms.offers().forEach(job -> rooms.answers(io.stoa.protocol.livekit.AvailabilityResponse.newBuilder()
                .setJobId(job.getId()).setAvailable(true).setParticipantIdentity("agent of " + job.getRoom().getName())));
        hall.agentEnters("agent of hall");
        rig.replace(() -> {
            hall.enters("bob");
            hall.leaves("agent of hall", DisconnectReason.CLIENT_INITIATED);
            gone.closes();
            rig.rooms.open("new");
        }, rooms, participants);
        assertThat(participants.offers()).extracting(one -> one.getParticipant().getIdentity()).containsExactly("ann", "ann", "bob");
        assertThat(participants.offers().stream().map(Job::getId).distinct()).as("ann's was open, and is the same").hasSize(2);
        assertThat(rooms.offers()).extracting(one -> one.getRoom().getName()).containsExactly("hall", "gone", "new");
        assertThat(rooms.terminations()).hasSize(2);
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_FAILED);
    }

    @Test
    void a_worker_that_went_meanwhile_is_followed_by_another() throws RpcException {
        PlayedWorker dies = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        dies.takes("agent-1");
        rig.replace(OfficeHandOverTest::nothing);
        PlayedWorker next = rig.worker().registers(JobType.JT_ROOM, "");
        rig.desk.pass(RoomAgents.RETURN_MILLIS + 1_000);
        next.takes("agent-2");
        assertThat(rig.jobs("hall")).hasSize(2);
    }

    @Test
    void a_restart_that_is_due_comes() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        worker.reports(worker.takes("agent-1"), JobStatus.JS_FAILED, "boom");
        rig.replace(() -> rig.desk.pass(10_000), worker);
        rig.desk.pass(0);
        assertThat(worker.offers()).hasSize(2);
    }

    @Test
    void a_farewell_that_is_due_comes() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        var hall = rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        hall.agentEnters("agent-1");
        rig.delete("hall", job.getDispatchId());
        rig.replace(OfficeHandOverTest::nothing, worker);
        rig.desk.pass(RoomAgents.FAREWELL_MILLIS);
        assertThat(rig.removed).containsExactly("hall: agent-1");
        assertThat(rig.dispatches("hall")).isEmpty();
    }

    @Test
    void who_is_not_in_charge_does_nothing() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        AgentOffice before = rig.office;
        var session = worker.session;
        rig.replace(OfficeHandOverTest::nothing, worker);
        rig.rooms.listener = before;
        int heard = worker.heard.size();
        rig.rooms.open("hall");
        session.closed();
        assertThat(worker.heard).hasSize(heard);
        assertThatThrownBy(() -> before.at(rig.rooms.open.get("hall").live, agents -> agents.list(""))).isInstanceOf(RpcException.class);
    }

    @Test
    void one_that_was_in_charge_can_be_again() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        Job job = worker.takes("agent-1");
        byte[] left = rig.office.release();
        worker.session = rig.office.begin(left, Map.of(worker.session.id(), worker)).get(worker.session.id());
        rig.delete("hall", job.getDispatchId());
        assertThat(worker.terminations()).containsExactly(job.getId());
    }

    @Test
    void what_cannot_be_read_is_lost_and_everything_begins() {
        rig.rooms.listener = null;
        rig.office.release();
        rig.rooms.open("hall");
        rig.office = rig.office();
        rig.office.begin(new byte[] {1, 2, 3}, Map.of());
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.listener = rig.office;
        rig.rooms.open("next");
        assertThat(worker.offers()).hasSize(1);
    }
}
