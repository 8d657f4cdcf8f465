package io.stoa.service.agent;

import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.protocol.handover.AgentJobIds;
import io.stoa.protocol.handover.AgentJobs;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobRequestResponse;
import io.stoa.protocol.rpc.JobTerminateResponse;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this node can be asked by others (spec 7.5): under the topics of its workers' kinds, of the jobs that they have, of the rooms that
 * are here. All that is meant is kept, and is in force while there is a bus that others hear. On the desk; subscribing, which waits for
 * the bus, happens elsewhere, in order.
 */
final class AgentPosts {
    private static final Logger LOG = LoggerFactory.getLogger(AgentPosts.class);

    /** What is done when somebody asks. Any thread; waits for the desk. */
    interface Front {
        CheckEnabledResponse checkEnabled() throws RpcException;

        /** Below 0: somebody else is in charge. */
        float affinity(Job job);

        JobState request(Job job, long untilMillis) throws RpcException;

        JobState terminate(io.stoa.protocol.rpc.JobTerminateRequest request) throws RpcException;

        List<Job> find(List<String> ids) throws RpcException;

        List<String> have(List<String> ids) throws RpcException;

        void news(Job job, boolean lost);

        void workerRegistered();

        /** Methods of AgentDispatchInternal. */
        AgentDispatchService dispatches();
    }

    private interface Opening {
        Subscription at(RpcBus bus);
    }

    private final Executor clerk;
    private final Front front;
    private final Map<String, List<Opening>> meant = new LinkedHashMap<>();
    private final Map<String, Integer> kinds = new HashMap<>();
    private RpcBus bus;
    /** The clerk's. */
    private final Map<String, List<Subscription>> open = new HashMap<>();

    /** @param clerk one task after the other */
    AgentPosts(Executor clerk, Front front) {
        this.clerk = clerk;
        this.front = front;
    }

    // -- the bus

    /** @param next null: others hear nothing */
    void follow(RpcBus next) {
        if (bus == next) return;
        if (bus != null) clerk.execute(this::closeAll);
        bus = next;
        if (next != null) meant.forEach((key, openings) -> clerk.execute(() -> subscribe(next, key, openings)));
    }

    private void closeAll() {
        open.values().forEach(all -> all.forEach(Subscription::close));
        open.clear();
    }

    private void subscribe(RpcBus at, String key, List<Opening> openings) {
        List<Subscription> subscriptions = new ArrayList<>();
        for (Opening one : openings) subscriptions.add(one.at(at));
        List<Subscription> before = open.put(key, subscriptions);
        if (before != null) before.forEach(Subscription::close);
    }

    private void serve(String key, List<Opening> openings) {
        meant.put(key, openings);
        RpcBus at = bus;
        if (at != null) clerk.execute(() -> subscribe(at, key, openings));
    }

    private void leave(String key) {
        if (meant.remove(key) == null || bus == null) return;
        clerk.execute(() -> {
            List<Subscription> subscriptions = open.remove(key);
            if (subscriptions != null) subscriptions.forEach(Subscription::close);
        });
    }

    // -- what is served

    /** For as long as this node has rooms and workers. */
    void open() {
        serve("", List.of(
                at -> at.serve(RpcMethods.CHECK_ENABLED.at(), (request, context) -> checkEnabled()),
                at -> at.listen(RpcMethods.WORKER_REGISTERED.at(), event -> front.workerRegistered()),
                at -> at.serve(OurTopics.FIND_JOBS.at(),
                        (request, context) -> AgentJobs.newBuilder().addAllJobs(front.find(request.getIdsList())).build()),
                at -> at.serve(OurTopics.HAVE_JOBS.at(),
                        (request, context) -> AgentJobIds.newBuilder().addAllIds(front.have(request.getIdsList())).build())));
    }

    /** What it says can be asked for: subscriptions that are under way are waited for. */
    private CheckEnabledResponse checkEnabled() throws RpcException {
        CheckEnabledResponse answer = front.checkEnabled();
        CompletableFuture.runAsync(() -> {}, clerk).join();
        return answer;
    }

    /** Nothing any more. */
    void close() {
        meant.clear();
        kinds.clear();
        clerk.execute(this::closeAll);
    }

    void kind(JobKind kind) {
        String key = key(kind);
        if (kinds.merge(key, 1, Integer::sum) > 1) return;
        String topic = kind.topic();
        JobType type = kind.type();
        serve(key, List.of(at -> at.serve(
                RpcMethods.JOB_REQUEST.at(topic, JobKind.topic(type)),
                (job, context) -> front.affinity(job),
                (job, context) -> JobRequestResponse.newBuilder().setState(front.request(job, context.expiryUnixNanos() / 1_000_000)).build())));
        RpcBus at = bus;
        if (at != null) clerk.execute(() -> announce(at));
    }

    private static void announce(RpcBus at) {
        try {
            at.publish(RpcMethods.WORKER_REGISTERED.at(""), com.google.protobuf.Empty.getDefaultInstance());
        } catch (RpcException e) {
            LOG.warn("other nodes learn of a new agent within a minute: {}", e.getMessage());
        }
    }

    void noKind(JobKind kind) {
        String key = key(kind);
        if (kinds.merge(key, -1, Integer::sum) > 0) return;
        kinds.remove(key);
        leave(key);
    }

    private static String key(JobKind kind) {
        return "kind\0" + kind.topic() + "\0" + kind.type();
    }

    void job(String id) {
        serve("job\0" + id, List.of(at -> at.serve(RpcMethods.JOB_TERMINATE.at(id),
                (request, context) -> JobTerminateResponse.newBuilder().setState(front.terminate(request)).build())));
    }

    void noJob(String id) {
        leave("job\0" + id);
    }

    void room(String name) {
        serve("room\0" + name, List.of(
                at -> at.listen(OurTopics.JOB_NEWS.at(name), news -> front.news(news.getJob(), news.getLost())),
                at -> at.serve(RpcMethods.CREATE_DISPATCH.at(name), (dispatch, context) -> front.dispatches().create(name, dispatch)),
                at -> at.serve(RpcMethods.DELETE_DISPATCH.at(name), (request, context) -> front.dispatches().delete(name, request.getDispatchId())),
                at -> at.serve(RpcMethods.LIST_DISPATCH.at(name), (request, context) -> front.dispatches().list(name, request.getDispatchId()))));
    }

    void noRoom(String name) {
        leave("room\0" + name);
    }
}
