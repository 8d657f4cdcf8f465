package io.stoa.service.agent;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.AvailabilityRequest;
import io.stoa.protocol.livekit.AvailabilityResponse;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobAssignment;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobTermination;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.SimulateJobRequest;
import io.stoa.protocol.livekit.UpdateJobStatus;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobTerminateReason;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workers of this node, and who of them gets a job (spec 8.2). On the desk. */
final class WorkerPool implements AgentNode {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
    static final long ANSWER_MILLIS = 10_000;
    /** A worker simulates no more jobs at a time. */
    static final int MAX_SIMULATED = 100;
    static final String JOB = "AJ_";
    /** By so much less a node that drains wants a job. */
    private static final float LAST_RESORT = 0.001f;
    /** The way of an answer to another node. */
    private static final long WAY_MILLIS = 500;

    private final Desk desk;
    private final RandomGenerator random;
    private final Ids ids;
    private final JobTokens tokens;
    private final DoubleSupplier targetLoad;
    private final JobWatcher watcher;
    private final AgentPosts posts;
    private final BooleanSupplier draining;
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Map<String, Worker> jobs = new LinkedHashMap<>();

    /** @param draining whether other nodes are to have what can be had there */
    WorkerPool(
            Desk desk, RandomGenerator random, JobTokens tokens, DoubleSupplier targetLoad, JobWatcher watcher, AgentPosts posts, BooleanSupplier draining) {
        this.desk = desk;
        this.random = random;
        ids = new Ids(random);
        this.tokens = tokens;
        this.targetLoad = targetLoad;
        this.watcher = watcher;
        this.posts = posts;
        this.draining = draining;
    }

    // -- workers come and go

    void add(Worker worker) {
        workers.put(worker.id, worker);
        posts.kind(worker.kind());
        worker.running.keySet().forEach(job -> has(job, worker));
        LOG.info("agent worker {} has registered from {}", worker, worker.address);
    }

    void remove(Worker worker) {
        if (!workers.remove(worker.id, worker)) return;
        posts.noKind(worker.kind());
        LOG.info("agent worker {} has gone; it had {} jobs", worker, worker.running.size());
        List<JobOffer> open = List.copyOf(worker.offers.values());
        worker.offers.clear();
        worker.running.keySet().forEach(this::hasNoMore);
        open.forEach(offer -> next(offer, worker.id + " has gone"));
        worker.running.values().forEach(watcher::lost);
    }

    private void has(String job, Worker worker) {
        jobs.put(job, worker);
        posts.job(job);
    }

    private void hasNoMore(String job) {
        jobs.remove(job);
        posts.noJob(job);
    }

    /** One that has nothing to do is to find another node, if there is one. */
    void sendOneAway() {
        for (Worker worker : workers.values()) {
            if (!worker.running.isEmpty() || !worker.offers.isEmpty()) continue;
            LOG.info("agent worker {} is to find another node: this one drains", worker);
            worker.sink.close("node is draining");
            return;
        }
    }

    /** They go on elsewhere. */
    void clear() {
        workers.clear();
        jobs.clear();
    }

    // -- for nodes with rooms

    @Override
    @SuppressWarnings("deprecation") // namespaces
    public CheckEnabledResponse checkEnabled() {
        CheckEnabledResponse.Builder answer = CheckEnabledResponse.newBuilder();
        TreeSet<String> namespaces = new TreeSet<>();
        TreeSet<String> names = new TreeSet<>();
        for (Worker worker : workers.values()) {
            JobKind kind = worker.kind();
            namespaces.add(kind.namespace());
            names.add(kind.agentName());
            switch (kind.type()) {
                case JT_ROOM -> answer.setRoomEnabled(true);
                case JT_PUBLISHER -> answer.setPublisherEnabled(true);
                case JT_PARTICIPANT -> answer.setParticipantEnabled(true);
                case UNRECOGNIZED -> throw new IllegalStateException("such workers are not let in");
            }
        }
        return answer.addAllNamespaces(namespaces).addAllAgentNames(names).build();
    }

    @Override
    public boolean serves(String agentTopic, JobType type) {
        return workers.values().stream().map(Worker::kind).anyMatch(kind -> kind.type() == type && kind.topic().equals(agentTopic));
    }

    @Override
    public float affinity(Job job) {
        JobKind kind = JobKind.of(job);
        float affinity = 0;
        for (Worker worker : workers.values()) if (worker.is(kind)) affinity += worker.room((float) targetLoad.getAsDouble());
        return draining.getAsBoolean() ? affinity * LAST_RESORT : affinity;
    }

    @Override
    public boolean has(String jobId) {
        return jobs.containsKey(jobId);
    }

    @Override
    public CompletableFuture<JobState> request(Job job, long untilMillis) {
        JobOffer offer = new JobOffer(job, false, untilMillis);
        next(offer, null);
        return offer.outcome;
    }

    @Override
    public CompletableFuture<JobState> terminate(String jobId, JobTerminateReason reason) {
        Worker worker = jobs.get(jobId);
        if (worker == null) return CompletableFuture.failedFuture(new RpcException(RpcCode.NOT_FOUND, "no worker for jobID"));
        worker.send(ServerMessage.newBuilder().setTermination(JobTermination.newBuilder().setJobId(jobId)));
        boolean left = reason == JobTerminateReason.AGENT_LEFT_ROOM;
        Job ended = become(worker, jobId, left ? JobStatus.JS_FAILED : JobStatus.JS_SUCCESS, left ? "agent worker left the room" : "");
        return CompletableFuture.completedFuture(ended.getState());
    }

    // -- offers

    /** @param why the one before is not it; null if there was none */
    private void next(JobOffer offer, String why) {
        if (desk.millis() >= offer.untilMillis - WAY_MILLIS) {
            LOG.warn("job {}: {}; nobody waits for it any more", offer.job.getId(), why);
            offer.outcome.completeExceptionally(new RpcException(RpcCode.DEADLINE_EXCEEDED, "no worker has answered in time"));
            return;
        }
        Worker worker = offer.simulated ? null : draw(offer);
        if (why != null) LOG.warn("job {}: {}; {}", offer.job.getId(), why, worker == null ? "there is no other worker" : worker.id + " is asked");
        if (worker != null) offer(offer, worker);
        else if (offer.tried.isEmpty()) fail(offer, "no workers available");
        else fail(offer, "no workers with sufficient capacity");
    }

    private static void fail(JobOffer offer, String why) {
        offer.outcome.completeExceptionally(new RpcException(RpcCode.RESOURCE_EXHAUSTED, why));
    }

    /** The less a worker has to do, the likelier it is. */
    private Worker draw(JobOffer offer) {
        JobKind kind = JobKind.of(offer.job);
        List<Worker> able = workers.values().stream().filter(one -> !offer.tried.contains(one) && one.is(kind) && one.room(1) > 0).toList();
        float sum = 0;
        for (Worker worker : able) sum += worker.room(1);
        float at = random.nextFloat() * sum;
        for (Worker worker : able) {
            at -= worker.room(1);
            if (at <= 0) return worker;
        }
        return able.isEmpty() ? null : able.getLast();
    }

    private void offer(JobOffer offer, Worker worker) {
        offer.tried.add(worker);
        worker.offers.put(offer.job.getId(), offer);
        desk.after(Math.min(ANSWER_MILLIS, offer.untilMillis - WAY_MILLIS - desk.millis()), () -> {
            if (worker.offers.remove(offer.job.getId(), offer)) next(offer, worker.id + " has not answered in time");
        });
        worker.send(ServerMessage.newBuilder().setAvailability(AvailabilityRequest.newBuilder().setJob(given(offer.job, worker, ""))));
    }

    private Job given(Job job, Worker worker, String identity) {
        long now = desk.unixNanos();
        return job.toBuilder()
                .setState(JobState.newBuilder()
                        .setStatus(JobStatus.JS_RUNNING)
                        .setWorkerId(worker.id)
                        .setParticipantIdentity(identity)
                        .setStartedAt(now)
                        .setUpdatedAt(now))
                .build();
    }

    /** A worker says whether it takes what it was offered. */
    void answered(Worker worker, AvailabilityResponse answer) {
        JobOffer offer = worker.offers.remove(answer.getJobId());
        if (offer == null) {
            LOG.warn("agent worker {} answers to job {}, which it is not asked for (any more)", worker.id, answer.getJobId());
        } else if (answer.getTerminate()) {
            JobState state = given(offer.job, worker, "").getState();
            offer.outcome.complete(state.toBuilder().setStatus(JobStatus.JS_SUCCESS).setEndedAt(state.getUpdatedAt()).build());
        } else if (!answer.getAvailable()) {
            next(offer, worker.id + " does not take it");
        } else {
            assign(offer, worker, answer);
        }
    }

    private void assign(JobOffer offer, Worker worker, AvailabilityResponse answer) {
        Optional<String> token = tokens.mint(worker, offer.job.getRoom().getName(), answer, Instant.ofEpochMilli(desk.millis()));
        if (token.isEmpty()) {
            next(offer, worker.id + " came with an API key that is not known any more");
            return;
        }
        Job job = given(offer.job, worker, answer.getParticipantIdentity());
        worker.running.put(job.getId(), job);
        has(job.getId(), worker);
        worker.send(ServerMessage.newBuilder().setAssignment(JobAssignment.newBuilder().setJob(job).setToken(token.get())));
        LOG.info("job {} in room {} is agent worker {}'s", job.getId(), job.getRoom().getName(), worker);
        offer.outcome.complete(job.getState());
    }

    // -- jobs

    /** A worker says what has become of its job. */
    void updated(Worker worker, UpdateJobStatus update) {
        Job job = become(worker, update.getJobId(), update.getStatus(), update.getError());
        if (job == null) LOG.debug("agent worker {} speaks of job {}, which it does not have (any more)", worker.id, update.getJobId());
        else watcher.changed(job);
    }

    private Job become(Worker worker, String jobId, JobStatus status, String error) {
        Job before = worker.running.get(jobId);
        if (before == null || status == JobStatus.UNRECOGNIZED) return null;
        long now = desk.unixNanos();
        Job.Builder job = before.toBuilder();
        job.getStateBuilder().setStatus(status).setError(error).setUpdatedAt(now);
        if (AgentJob.ended(status)) {
            job.getStateBuilder().setEndedAt(now);
            worker.running.remove(jobId);
            hasNoMore(jobId);
            LOG.info("job {} in room {} has ended: {} {}", jobId, job.getRoom().getName(), status, error);
        } else {
            worker.running.put(jobId, job.build());
        }
        return job.build();
    }

    /** A worker has connected anew and has these jobs, which rooms still know. */
    void resumed(Worker worker, List<Job> known) {
        if (workers.get(worker.id) != worker) return;
        for (Job before : known) {
            Worker had = jobs.get(before.getId());
            if (!worker.is(JobKind.of(before)) || had != null && !had.apiKey.equals(worker.apiKey)) continue;
            if (had != null) had.running.remove(before.getId()); // its end has not been noticed yet
            Job.Builder job = before.toBuilder();
            job.getStateBuilder().setWorkerId(worker.id).setUpdatedAt(desk.unixNanos());
            worker.running.put(job.getId(), job.build());
            has(job.getId(), worker);
            LOG.info("job {} in room {} goes on with agent worker {}", job.getId(), job.getRoom().getName(), worker);
            watcher.changed(job.build());
        }
    }

    /** A worker wants a job for itself. */
    @SuppressWarnings("deprecation") // namespaces
    void simulate(Worker worker, SimulateJobRequest wish) {
        if (worker.offers.values().stream().filter(one -> one.simulated).count() >= MAX_SIMULATED) {
            LOG.warn("agent worker {} simulates {} jobs already", worker.id, MAX_SIMULATED);
            return;
        }
        Job.Builder job = Job.newBuilder()
                .setId(ids.next(JOB))
                .setType(wish.hasParticipant() ? JobType.JT_PUBLISHER : JobType.JT_ROOM)
                .setRoom(wish.getRoom())
                .setNamespace(worker.kind().namespace())
                .setAgentName(worker.kind().agentName());
        if (wish.hasParticipant()) job.setParticipant(wish.getParticipant());
        offer(new JobOffer(job.build(), true, FOREVER), worker);
    }
}
