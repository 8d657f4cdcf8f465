package io.stoa.service.agent;

import com.google.protobuf.Message;
import io.stoa.protocol.handover.AgentJobIds;
import io.stoa.protocol.handover.AgentJobNews;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledRequest;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import io.stoa.protocol.rpc.JobTerminateRequest;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that hear each other over the message bus: a worker may be on another one than the room. While there is no such bus, or nobody
 * answers on it, this node's own workers do. On the desk; what waits for others does so elsewhere.
 */
final class ClusterNodes implements AgentNodes {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNodes.class);
    /** How long nodes may take to say which agents they have (spec 8.2), and for how long that is remembered. */
    private static final CallOptions SURVEY = CallOptions.within(Duration.ofSeconds(5));
    static final long REMEMBERED_MILLIS = 60_000;
    /** Three workers that do not answer, and the way. One attempt: the node that has claimed the job gives it to nobody after that. */
    private static final CallOptions REQUEST = CallOptions.within(Duration.ofMillis(3 * WorkerPool.ANSWER_MILLIS + 5_000));
    private static final CallOptions TERMINATE = new CallOptions(Duration.ofSeconds(3), 2, Duration.ZERO, Map.of());
    private static final CallOptions QUESTION = CallOptions.within(Duration.ofSeconds(2));

    private final Desk desk;
    private final Executor background;
    private final Supplier<RpcBus> shared;
    private final AgentNode here;
    private final AgentRooms rooms;
    private final LocalNodes alone;
    private Survey survey;

    /** @param shared gives null while no other node hears it */
    ClusterNodes(Desk desk, Executor background, Supplier<RpcBus> shared, AgentNode here, AgentRooms rooms) {
        this.desk = desk;
        this.background = background;
        this.shared = shared;
        this.here = here;
        this.rooms = rooms;
        alone = new LocalNodes(here, rooms);
    }

    // -- which agents there are

    @Override
    public void checkEnabled(boolean anew, Answers answers) {
        RpcBus bus = shared.get();
        if (bus == null) {
            alone.checkEnabled(anew, answers);
            return;
        }
        answers.answer(here.checkEnabled());
        if (survey != null && !(anew ? survey.ended() : survey.old())) {
            survey.join(answers);
            return;
        }
        survey = new Survey();
        survey.join(answers);
        survey.begin(bus);
    }

    /** Some node has workers that it did not have. */
    void forget() {
        survey = null;
    }

    /** What nodes have answered within five seconds, for everybody who asks meanwhile or soon after. */
    private final class Survey {
        private final List<CheckEnabledResponse> heard = new ArrayList<>();
        private final List<Answers> waiting = new ArrayList<>();
        private long endedAtMillis;

        void begin(RpcBus bus) {
            background.execute(() -> {
                try {
                    bus.callAll(RpcMethods.CHECK_ENABLED.at(), CheckEnabledRequest.getDefaultInstance(), SURVEY, answer -> {
                        if (answer.error() == null) desk.post(() -> hear(answer.value()));
                        return true;
                    });
                } catch (RpcException e) {
                    LOG.warn("which agents other nodes have is not known: {}", e.getMessage());
                    desk.post(ClusterNodes.this::forget);
                } finally {
                    desk.post(this::end);
                }
            });
        }

        boolean ended() {
            return endedAtMillis != 0;
        }

        boolean old() {
            return ended() && desk.millis() - endedAtMillis > REMEMBERED_MILLIS;
        }

        void join(Answers answers) {
            heard.forEach(answers::answer);
            if (ended()) answers.done(true);
            else waiting.add(answers);
        }

        private void hear(CheckEnabledResponse one) {
            heard.add(one);
            waiting.forEach(each -> each.answer(one));
        }

        private void end() {
            endedAtMillis = desk.millis();
            waiting.forEach(each -> each.done(false));
            waiting.clear();
        }
    }

    // -- jobs

    @Override
    public CompletableFuture<JobState> request(String agentTopic, JobType type, Job job) {
        RpcBus bus = shared.get();
        if (bus == null) return alone.request(agentTopic, type, job);
        CompletableFuture<JobState> outcome = new CompletableFuture<>();
        call(bus, RpcMethods.JOB_REQUEST.at(agentTopic, JobKind.topic(type)), job, REQUEST).whenComplete((answer, failure) -> {
            if (failure == null) outcome.complete(answer.getState());
            else if (isUnavailable(failure) && here.affinity(job) > 0) alone.request(agentTopic, type, job).whenComplete((state, why) -> settle(outcome, state, why));
            else outcome.completeExceptionally(failure);
        });
        return outcome;
    }

    private static boolean isUnavailable(Throwable failure) {
        return failure instanceof RpcException said && said.code() == RpcCode.UNAVAILABLE;
    }

    private static <T> void settle(CompletableFuture<T> outcome, T value, Throwable failure) {
        if (failure == null) outcome.complete(value);
        else outcome.completeExceptionally(failure);
    }

    @Override
    public CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason) {
        RpcBus bus = shared.get();
        if (bus == null || here.has(jobId)) return alone.terminate(jobId, reason);
        JobTerminateRequest request = JobTerminateRequest.newBuilder().setJobId(jobId).setReason(reason).build();
        return call(bus, RpcMethods.JOB_TERMINATE.at(jobId), request, TERMINATE).thenApply(answer -> answer.getState());
    }

    /** @return completed on the desk */
    private <Q extends Message, A extends Message> CompletableFuture<A> call(RpcBus bus, RpcAddress<Q, A> at, Q request, CallOptions options) {
        return elsewhere(() -> bus.call(at, request, options));
    }

    private interface Work<T> {
        T done() throws RpcException;
    }

    private <T> CompletableFuture<T> elsewhere(Work<T> work) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        background.execute(() -> {
            try {
                T done = work.done();
                desk.post(() -> outcome.complete(done));
            } catch (RpcException | RuntimeException e) {
                desk.post(() -> outcome.completeExceptionally(e));
            }
        });
        return outcome;
    }

    @Override
    public CompletableFuture<List<Job>> jobs(List<String> ids) {
        Map<String, Job> found = new LinkedHashMap<>();
        rooms.jobs(ids).forEach(job -> found.put(job.getId(), job));
        RpcBus bus = shared.get();
        if (bus == null || found.size() == ids.size()) return CompletableFuture.completedFuture(List.copyOf(found.values()));
        return elsewhere(() -> {
            bus.callAll(OurTopics.FIND_JOBS.at(), AgentJobIds.newBuilder().addAllIds(ids).build(), QUESTION, answer -> {
                if (answer.error() == null) answer.value().getJobsList().forEach(job -> found.put(job.getId(), job));
                return found.size() < ids.size();
            });
            return List.copyOf(found.values());
        });
    }

    @Override
    public CompletableFuture<Boolean> attended(String jobId) {
        RpcBus bus = shared.get();
        if (bus == null || here.has(jobId)) return alone.attended(jobId);
        return elsewhere(() -> {
            boolean[] found = {false};
            bus.callAll(OurTopics.HAVE_JOBS.at(), AgentJobIds.newBuilder().addIds(jobId).build(), QUESTION, answer -> {
                found[0] |= answer.error() == null && answer.value().getIdsList().contains(jobId);
                return !found[0];
            });
            return found[0];
        });
    }

    // -- what rooms are told

    @Override
    public void changed(Job job) {
        tell(job, false, rooms::changed);
    }

    @Override
    public void lost(Job job) {
        tell(job, true, rooms::lost);
    }

    private void tell(Job job, boolean lost, Consumer<Job> aRoomOfOurs) {
        RpcBus bus = shared.get();
        String room = job.getRoom().getName();
        if (bus == null || rooms.has(room)) {
            aRoomOfOurs.accept(job);
            return;
        }
        background.execute(() -> {
            try {
                bus.publish(OurTopics.JOB_NEWS.at(room), AgentJobNews.newBuilder().setJob(job).setLost(lost).build());
            } catch (RpcException e) {
                LOG.warn("room {} is not told of job {}: {}", room, job.getId(), e.getMessage());
            }
        });
    }
}
