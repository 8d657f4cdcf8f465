package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.AuthException;
import io.stoa.auth.Claims;
import io.stoa.protocol.livekit.AvailabilityResponse;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.RegisterWorkerRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.SimulateJobRequest;
import io.stoa.protocol.livekit.WorkerMessage;
import io.stoa.protocol.livekit.WorkerPing;
import io.stoa.protocol.livekit.WorkerStatus;
import io.stoa.rpc.RpcException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is between a worker and the server (spec 8.1, 8.2). */
class WorkersTest {
    private final Rig rig = new Rig();

    // -- registration

    @Test
    void a_worker_that_registers_is_told_who_it_is_and_where() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        assertThat(worker.session.id()).startsWith("AW_");
        assertThat(worker.heard).hasSize(1);
        assertThat(worker.heard.getFirst().getRegister().getWorkerId()).isEqualTo(worker.session.id());
        assertThat(worker.heard.getFirst().getRegister().getServerInfo().getNodeId()).isEqualTo("ND_here");
        rig.desk.pass(60_000);
        assertThat(worker.closed).isNull();
    }

    @Test
    void pings_are_answered_also_before() {
        PlayedWorker worker = rig.worker();
        worker.says(WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(42)));
        assertThat(worker.heard.getLast().getPong().getLastTimestamp()).isEqualTo(42);
        assertThat(worker.heard.getLast().getPong().getTimestamp()).isEqualTo(rig.desk.millis());
        worker.registers(JobType.JT_ROOM, "");
        assertThat(worker.closed).isNull();
    }

    @Test
    void who_does_not_register_in_ten_seconds_is_sent_away() {
        PlayedWorker worker = rig.worker();
        rig.desk.pass(9_999);
        assertThat(worker.closed).isNull();
        rig.desk.pass(1);
        assertThat(worker.closed).isEqualTo("not registered within 10 s");
    }

    @Test
    void anything_else_before_a_second_time_and_an_empty_message_end_it() {
        PlayedWorker early = rig.worker();
        early.load(WorkerStatus.WS_FULL, 1);
        assertThat(early.closed).isEqualTo("not registered");
        PlayedWorker twice = rig.worker().registers(JobType.JT_ROOM, "").registers(JobType.JT_ROOM, "");
        assertThat(twice.closed).isEqualTo("registered already");
        PlayedWorker empty = rig.worker().registers(JobType.JT_ROOM, "");
        empty.says(WorkerMessage.newBuilder());
        assertThat(empty.closed).isEqualTo("unknown message");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_b", "a b", "a\u0007", "0123456789012345678901234567890123456789012345678901234567890123x"})
    void deployments_have_rules(String deployment) {
        PlayedWorker worker = rig.worker().registers(RegisterWorkerRequest.newBuilder().setDeployment(deployment));
        assertThat(worker.closed).startsWith("deployment");
        assertThat(worker.heard).isEmpty();
    }

    @Test
    void a_type_that_is_not_known_ends_it() {
        PlayedWorker worker = rig.worker().registers(RegisterWorkerRequest.newBuilder().setTypeValue(9));
        assertThat(worker.closed).isEqualTo("unknown job type");
    }

    // -- offers

    @Test
    void a_job_that_is_taken_comes_with_a_token_of_the_workers_key() throws AuthException {
        PlayedWorker worker = rig.worker().registers(RegisterWorkerRequest.newBuilder()
                .setAllowedPermissions(ParticipantPermission.newBuilder().setCanSubscribe(true).setHidden(true)));
        rig.rooms.open("hall");
        Job offered = worker.offer();
        assertThat(offered.getId()).startsWith("AJ_");
        assertThat(offered.getRoom().getName()).isEqualTo("hall");
        assertThat(offered.getEnableRecording()).isTrue();
        assertThat(offered.getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING);
        assertThat(offered.getState().getWorkerId()).isEqualTo(worker.session.id());
        assertThat(offered.getState().getStartedAt()).isEqualTo(rig.desk.unixNanos());

        worker.answers(AvailabilityResponse.newBuilder().setJobId(offered.getId()).setAvailable(true).setParticipantIdentity("agent-1")
                .setParticipantName("Helper").setParticipantMetadata("meta").putParticipantAttributes("a", "b"));
        var assigned = worker.heard.getLast().getAssignment();
        assertThat(assigned.getJob().getState().getParticipantIdentity()).isEqualTo("agent-1");
        assertThat(assigned.hasUrl()).isFalse();
        Claims claims = AccessTokens.verify(assigned.getToken(), Rig.KEYS, Instant.ofEpochMilli(rig.desk.millis()));
        assertThat(claims.apiKey()).isEqualTo("key");
        assertThat(claims.identity()).isEqualTo("agent-1");
        assertThat(claims.name()).isEqualTo("Helper");
        assertThat(claims.metadata()).isEqualTo("meta");
        assertThat(claims.kind()).isEqualTo(ParticipantInfo.Kind.AGENT);
        assertThat(claims.attributes()).containsEntry("a", "b").containsEntry("lk.agent_name", "");
        assertThat(claims.video().roomJoin()).isTrue();
        assertThat(claims.video().agent()).isTrue();
        assertThat(claims.video().hidden()).isTrue();
        assertThat(claims.video().room()).isEqualTo("hall");
        assertThat(claims.video().canSubscribe()).isTrue();
        assertThat(claims.video().canPublish()).isFalse();
        assertThat(claims.expiresAtSeconds()).isEqualTo(rig.desk.millis() / 1_000 + 3_600);
    }

    @Test
    void an_agent_may_what_agents_usually_may() throws AuthException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        worker.takes("agent-1");
        var video = AccessTokens.verify(worker.heard.getLast().getAssignment().getToken(), Rig.KEYS, Instant.ofEpochMilli(rig.desk.millis())).video();
        assertThat(List.of(video.canSubscribe(), video.canPublish(), video.canPublishData(), video.canUpdateOwnMetadata())).containsOnly(true);
        assertThat(List.of(video.hidden(), video.canSubscribeMetrics())).containsOnly(false);
    }

    @Test
    void who_refuses_or_does_not_answer_or_goes_is_followed_by_the_next() throws RpcException {
        List<PlayedWorker> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) workers.add(rig.worker().registers(JobType.JT_ROOM, ""));
        rig.rooms.open("hall");
        PlayedWorker first = asked(workers);
        String job = first.offer().getId();
        first.refuses();
        workers.remove(first);
        PlayedWorker second = asked(workers);
        rig.desk.pass(WorkerPool.ANSWER_MILLIS);
        workers.remove(second);
        PlayedWorker third = asked(workers);
        third.session.closed();
        workers.remove(third);
        PlayedWorker fourth = asked(workers);
        second.answers(AvailabilityResponse.newBuilder().setJobId(job).setAvailable(true).setParticipantIdentity("late"));
        assertThat(second.heard).noneMatch(one -> one.hasAssignment());
        fourth.takes("agent-1");
        assertThat(fourth.offer().getId()).isEqualTo(job);
        assertThat(rig.jobs("hall")).extracting(Job::getId).containsExactly(job);
    }

    private static PlayedWorker asked(List<PlayedWorker> workers) {
        List<PlayedWorker> asked = workers.stream().filter(one -> !one.offers().isEmpty()).toList();
        assertThat(asked).hasSize(1);
        return asked.getFirst();
    }

    @Test
    void when_nobody_is_left_there_is_no_job() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        worker.refuses();
        assertThat(rig.jobs("hall")).isEmpty();
        rig.desk.pass(60_000);
        assertThat(worker.offers()).hasSize(1);
    }

    @Test
    void a_worker_may_be_done_at_once() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        worker.answers(AvailabilityResponse.newBuilder().setJobId(worker.offer().getId()).setTerminate(true));
        assertThat(worker.heard).noneMatch(one -> one.hasAssignment());
        assertThat(rig.jobs("hall")).extracting(one -> one.getState().getStatus()).containsExactly(JobStatus.JS_SUCCESS);
    }

    @Test
    void without_the_workers_key_it_gets_nothing() throws RpcException {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        rig.rooms.open("hall");
        rig.keys = null;
        worker.answers(AvailabilityResponse.newBuilder().setJobId(worker.offer().getId()).setAvailable(true));
        assertThat(worker.heard).noneMatch(one -> one.hasAssignment());
        assertThat(rig.jobs("hall")).isEmpty();
    }

    // -- load

    @Test
    void full_workers_and_loaded_ones_are_left_alone() {
        PlayedWorker full = rig.worker().registers(JobType.JT_ROOM, "");
        full.load(WorkerStatus.WS_FULL, 0);
        PlayedWorker loaded = rig.worker().registers(JobType.JT_ROOM, "");
        loaded.load(WorkerStatus.WS_AVAILABLE, 0.7);
        rig.rooms.open("one");
        assertThat(full.offers()).isEmpty();
        assertThat(loaded.offers()).isEmpty();
        loaded.load(WorkerStatus.WS_AVAILABLE, 0.6);
        rig.rooms.open("two");
        assertThat(full.offers()).isEmpty();
        assertThat(loaded.offers()).hasSize(1);
    }

    @Test
    void the_less_a_worker_has_to_do_the_more_it_gets() {
        PlayedWorker idle = rig.worker().registers(JobType.JT_ROOM, "");
        PlayedWorker busy = rig.worker().registers(JobType.JT_ROOM, "");
        busy.load(WorkerStatus.WS_AVAILABLE, 0.9);
        for (int i = 0; i < 200; i++) rig.rooms.open("room " + i);
        assertThat(idle.offers().size() + busy.offers().size()).isEqualTo(200);
        assertThat(idle.offers()).hasSizeGreaterThan(busy.offers().size() * 4);
        assertThat(busy.offers()).isNotEmpty();
    }

    @Test
    void nonsense_about_load_takes_no_jobs() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "");
        worker.load(WorkerStatus.WS_AVAILABLE, Double.NaN);
        rig.rooms.open("hall");
        assertThat(worker.offers()).isEmpty();
    }

    // -- simulation

    @Test
    void a_simulated_job_is_the_workers_own_and_nobody_elses() throws RpcException {
        PlayedWorker other = rig.worker().registers(JobType.JT_ROOM, "sim");
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "sim");
        SimulateJobRequest.Builder wish = SimulateJobRequest.newBuilder().setRoom(Room.newBuilder().setName("hall"));
        worker.says(WorkerMessage.newBuilder().setSimulateJob(wish));
        assertThat(worker.offer().getType()).isEqualTo(JobType.JT_ROOM);
        Job job = worker.takes("agent-1");
        worker.reports(job, JobStatus.JS_FAILED, "as planned");
        wish.setParticipant(ParticipantInfo.newBuilder().setIdentity("ann"));
        worker.says(WorkerMessage.newBuilder().setSimulateJob(wish));
        assertThat(worker.offer().getType()).isEqualTo(JobType.JT_PUBLISHER);
        rig.desk.pass(60_000);
        assertThat(other.offers()).isEmpty();
        rig.rooms.open("hall");
        assertThat(rig.jobs("hall")).isEmpty();
    }

    @Test
    void simulations_have_an_end() {
        PlayedWorker worker = rig.worker().registers(JobType.JT_ROOM, "sim");
        for (int i = 0; i < 2 * WorkerPool.MAX_SIMULATED; i++)
            worker.says(WorkerMessage.newBuilder().setSimulateJob(SimulateJobRequest.newBuilder().setRoom(Room.newBuilder().setName("hall"))));
        assertThat(worker.offers()).hasSize(WorkerPool.MAX_SIMULATED);
    }
}
