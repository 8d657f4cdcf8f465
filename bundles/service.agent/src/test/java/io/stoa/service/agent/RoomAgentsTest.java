package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobRestartPolicy;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What other nodes say of a job, in whatever order it comes. */
class RoomAgentsTest {
    private static final JobState RUNNING = JobState.newBuilder().setStatus(JobStatus.JS_RUNNING).setWorkerId("AW_there").setParticipantIdentity("agent").build();
    private static final JobState FAILED = RUNNING.toBuilder().setStatus(JobStatus.JS_FAILED).setError("broken").build();

    private final ManualDesk desk = new ManualDesk();
    private final OtherNodes others = new OtherNodes();
    private final Ids ids = new Ids(new Random(5));
    private final RoomAgents room = new RoomAgents(
            new RoomAgents.Premises(
                    desk, others, new JobLauncher(others, ids, () -> Rig.CONFIG), new AgentRecords(Runnable::run), new AgentPosts(Runnable::run, null),
                    (name, identity) -> {}, ids),
            Room.newBuilder().setName("r").setSid("RM_1").build());

    /** Nodes whose answers come when they are told to. */
    private static final class OtherNodes implements AgentNodes {
        final List<Job> asked = new ArrayList<>();
        final List<CompletableFuture<JobState>> answers = new ArrayList<>();
        final List<String> terminated = new ArrayList<>();

        @Override
        public void checkEnabled(boolean anew, Answers to) {
            to.answer(CheckEnabledResponse.newBuilder().setRoomEnabled(true).addAgentNames("echo").addNamespaces("").build());
            to.done(false);
        }

        @Override
        public CompletableFuture<JobState> request(String agentTopic, JobType type, Job job) {
            asked.add(job);
            answers.add(new CompletableFuture<>());
            return answers.getLast();
        }

        @Override
        public CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason) {
            terminated.add(jobId);
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<List<Job>> jobs(List<String> ids) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Boolean> attended(String jobId) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void changed(Job job) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void lost(Job job) {
            throw new UnsupportedOperationException();
        }
    }

    @BeforeEach
    void open() {
        RoomAgentDispatch echo = RoomAgentDispatch.newBuilder().setAgentName("echo").setRestartPolicy(JobRestartPolicy.JRP_ON_FAILURE).build();
        room.open(RoomInternal.newBuilder().addAgentDispatches(echo).build(), List.of());
        assertThat(others.asked).hasSize(1);
    }

    private Job job(JobState state) {
        return others.asked.getFirst().toBuilder().setState(state).build();
    }

    private List<JobStatus> statuses() {
        return room.list("").getFirst().getState().getJobsList().stream().map(job -> job.getState().getStatus()).toList();
    }

    @Test
    void a_failure_that_is_heard_before_the_answer_counts_and_is_made_good_once() {
        room.changed(job(FAILED));
        assertThat(statuses()).containsExactly(JobStatus.JS_FAILED);
        others.answers.getFirst().complete(RUNNING);
        assertThat(statuses()).containsExactly(JobStatus.JS_FAILED);
        desk.pass(60_000);
        assertThat(others.asked).hasSize(2);
        assertThat(others.asked.get(1).getId()).isNotEqualTo(others.asked.getFirst().getId());
    }

    @Test
    void a_worker_that_is_lost_before_the_answer_is_followed_by_another() {
        room.lost(job(RUNNING));
        assertThat(statuses()).containsExactly(JobStatus.JS_RUNNING);
        others.answers.getFirst().complete(RUNNING);
        desk.pass(RoomAgents.RETURN_MILLIS);
        assertThat(others.terminated).containsExactly(others.asked.getFirst().getId());
    }

    @Test
    void a_job_that_is_known_to_run_is_not_given_away_again_when_the_answer_is_lost() {
        room.changed(job(RUNNING));
        others.answers.getFirst().completeExceptionally(new RpcException(RpcCode.DEADLINE_EXCEEDED, "no answer"));
        desk.pass(60_000);
        assertThat(statuses()).containsExactly(JobStatus.JS_RUNNING);
        assertThat(others.asked).hasSize(1);
        assertThat(others.terminated).isEmpty();
    }

    @Test
    void news_of_what_was_not_asked_for_are_nobodys() {
        room.changed(job(FAILED).toBuilder().setId("AJ_unknown").build());
        assertThat(statuses()).isEmpty();
    }
}
