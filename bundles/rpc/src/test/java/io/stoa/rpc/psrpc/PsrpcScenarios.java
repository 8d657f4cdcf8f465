package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.stoa.base.Ids;
import io.stoa.cluster.MessageBus;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ListParticipantsRequest;
import io.stoa.protocol.rpc.CheckEnabledRequest;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobRequestResponse;
import io.stoa.protocol.rpc.KeepalivePing;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.protocol.rpc.RelaySignalResponse;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.protocol.rpc.WHIPRTCConnectionNotifyRequest;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcStream;
import io.stoa.rpc.WorkOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must hold over any bus: {@code ann} asks, {@code bob} and {@code cid} answer, each a node of its own. */
@Timeout(60)
public abstract class PsrpcScenarios {
    private static final CallOptions PATIENT = CallOptions.within(Duration.ofSeconds(20));
    private static final CallOptions SHORT = CallOptions.within(Duration.ofMillis(300));
    private static final DeleteRoomResponse DELETED = DeleteRoomResponse.getDefaultInstance();

    private final List<Psrpc> nodes = new ArrayList<>();
    protected final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    protected Psrpc ann;
    protected Psrpc bob;
    protected Psrpc cid;

    /** The bus of one more node. */
    protected abstract MessageBus bus() throws Exception;

    @BeforeEach
    void start() throws Exception {
        ann = node(1);
        bob = node(2);
        cid = node(3);
    }

    private Psrpc node(int seed) throws Exception {
        Psrpc node = new Psrpc(new Ids(new Random(seed)), PsrpcScenarios::now, PATIENT, 100);
        node.bind(bus());
        nodes.add(node);
        return node;
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    @AfterEach
    void close() {
        nodes.forEach(Psrpc::close);
    }

    protected static DeleteRoomRequest delete(String room) {
        return DeleteRoomRequest.newBuilder().setRoom(room).build();
    }

    protected Object next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }

    protected static void fails(RpcCode code, String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.code()).isEqualTo(code)).hasMessageContaining(message);
    }

    @Test
    void the_server_of_a_topic_answers() throws Exception {
        bob.serve(RpcMethods.DELETE_ROOM.at("my-room"), (request, context) -> {
            heard.add(request.getRoom() + context.metadata());
            return DELETED;
        });
        cid.serve(RpcMethods.DELETE_ROOM.at("other"), (request, context) -> DELETED);
        assertThat(ann.call(RpcMethods.DELETE_ROOM.at("my-room"), delete("my-room"), PATIENT.withMetadata(Map.of("k", "v")))).isEqualTo(DELETED);
        assertThat(next()).isEqualTo("my-room{k=v}");
    }

    @Test
    void of_several_servers_one_answers_each_request() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        for (Psrpc server : List.of(bob, cid)) {
            server.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
                answered.incrementAndGet();
                return DELETED;
            });
        }
        for (int i = 0; i < 50; i++) ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"));
        assertThat(answered).hasValue(50);
    }

    @Test
    void whether_anybody_serves_it_is_known() throws Exception {
        assertThat(ann.isServed(RpcMethods.DELETE_ROOM.at("r"))).isFalse();
        var served = bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> DELETED);
        assertThat(ann.isServed(RpcMethods.DELETE_ROOM.at("r"))).isTrue();
        assertThat(ann.isServed(RpcMethods.DELETE_ROOM.at("other"))).isFalse();
        served.close();
        long begin = System.nanoTime();
        while (ann.isServed(RpcMethods.DELETE_ROOM.at("r"))) assertThat(System.nanoTime() - begin).isLessThan(10_000_000_000L);
    }

    @Test
    void work_is_refused_at_once_where_no_worker_is() throws Exception {
        long begin = System.nanoTime();
        fails(RpcCode.UNAVAILABLE, "no egress worker is connected", this::record);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(900));
    }

    private EgressInfo record() throws Exception {
        return WorkOrder.give(ann, RpcMethods.START_EGRESS.at(""), StartEgressRequest.newBuilder().setEgressId("EG_1").build(), "egress", Duration.ofSeconds(2), 2);
    }

    @Test
    void work_that_nobody_takes_is_offered_again_and_what_was_taken_is_not() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        var busy = bob.serve(RpcMethods.START_EGRESS.at(""), (request, context) -> asked.incrementAndGet() == 1 ? -1f : 1f, (request, context) -> EgressInfo.newBuilder().setDetails("second").build());
        assertThat(record().getDetails()).isEqualTo("second");
        busy.close();
        asked.set(0);
        var full = bob.serve(RpcMethods.START_EGRESS.at(""), (request, context) -> {
            if (asked.incrementAndGet() == 1) throw new RpcException(RpcCode.RESOURCE_EXHAUSTED, "not enough CPU");
            return EgressInfo.newBuilder().setDetails("later").build();
        });
        assertThat(record().getDetails()).isEqualTo("later");
        full.close();
        asked.set(0);
        CountDownLatch over = new CountDownLatch(1);
        bob.serve(RpcMethods.START_EGRESS.at(""), (request, context) -> {
            asked.incrementAndGet();
            await(over);
            return EgressInfo.getDefaultInstance();
        });
        fails(RpcCode.DEADLINE_EXCEEDED, "request timed out", this::record);
        assertThat(asked).hasValue(1);
        over.countDown();
    }

    @Test
    void where_nobody_serves_nobody_claims() {
        fails(RpcCode.UNAVAILABLE, "no response from servers", () -> ann.call(RpcMethods.DELETE_ROOM.at("nobody"), delete("r"), SHORT));
        fails(RpcCode.DEADLINE_EXCEEDED, "request timed out", () -> ann.call(RpcMethods.WHIP_RTC_CONNECTION_NOTIFY.at("nobody"),
                WHIPRTCConnectionNotifyRequest.getDefaultInstance(), SHORT));
    }

    @Test
    void errors_come_back_with_their_code_and_details() {
        Any detail = Any.pack(delete("why"));
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
            throw new RpcException(RpcCode.FAILED_PRECONDITION, "not like that", Map.of(), List.of(detail));
        });
        bob.serve(RpcMethods.LIST_PARTICIPANTS.at("r"), (request, context) -> {
            throw new IllegalStateException("a bug, whose words are nobody else's business");
        });
        assertThatThrownBy(() -> ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"))).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.code()).isEqualTo(RpcCode.FAILED_PRECONDITION);
            assertThat(e).hasMessage("not like that");
            assertThat(e.details()).containsExactly(detail);
        });
        fails(RpcCode.INTERNAL, "internal error", () -> ann.call(RpcMethods.LIST_PARTICIPANTS.at("r"), ListParticipantsRequest.getDefaultInstance()));
    }

    @Test
    void nobody_answers_before_the_time_is_over() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
            await(release);
            heard.add("done");
            return DELETED;
        });
        fails(RpcCode.DEADLINE_EXCEEDED, "request timed out", () -> ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"), SHORT));
        release.countDown();
        assertThat(next()).isEqualTo("done");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void attempts_are_made_while_nobody_answers() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
            if (attempts.incrementAndGet() < 3) throw new RpcException(RpcCode.UNAVAILABLE, "not yet");
            return DELETED;
        });
        CallOptions twice = new CallOptions(Duration.ofSeconds(20), 2, Duration.ZERO, Map.of());
        fails(RpcCode.UNAVAILABLE, "not yet", () -> ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"), twice));
        assertThat(ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"), twice)).isEqualTo(DELETED);
    }

    @Test
    void a_thread_that_is_interrupted_waits_no_more() throws Exception {
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
            heard.add("asked");
            await(new CountDownLatch(1));
            return DELETED;
        });
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"));
            } catch (RpcException e) {
                heard.add(e.code());
            }
        });
        assertThat(next()).isEqualTo("asked");
        asking.interrupt();
        assertThat(next()).isEqualTo(RpcCode.CANCELED);
    }

    @Test
    void the_fittest_answers() throws Exception {
        bob.serve(RpcMethods.JOB_REQUEST.at("agent", "room"), (job, context) -> 0.5f, (job, context) -> JobRequestResponse.getDefaultInstance());
        cid.serve(RpcMethods.JOB_REQUEST.at("agent", "room"), (job, context) -> job.getId().equals("cid") ? 0.9f : -1, (job, context) -> {
            heard.add("cid");
            return JobRequestResponse.getDefaultInstance();
        });
        ann.call(RpcMethods.JOB_REQUEST.at("agent", "room"), Job.newBuilder().setId("cid").build());
        assertThat(next()).isEqualTo("cid");
        ann.call(RpcMethods.JOB_REQUEST.at("agent", "room"), Job.newBuilder().setId("bob").build());
        assertThat(heard).isEmpty();
    }

    @Test
    void nobody_who_is_not_fit_at_all() {
        for (float unfit : new float[] {-1, Float.NaN})
            bob.serve(RpcMethods.JOB_REQUEST.at("a" + unfit, "room"), (job, context) -> unfit, (job, context) -> JobRequestResponse.getDefaultInstance());
        cid.serve(RpcMethods.JOB_REQUEST.at("zero", "room"), (job, context) -> 0, (job, context) -> JobRequestResponse.getDefaultInstance());
        for (String topic : List.of("a-1.0", "aNaN"))
            fails(RpcCode.UNAVAILABLE, "no response", () -> ann.call(RpcMethods.JOB_REQUEST.at(topic, "room"), Job.getDefaultInstance(), SHORT));
        fails(RpcCode.UNAVAILABLE, "no servers available (received 1 responses)",
                () -> ann.call(RpcMethods.JOB_REQUEST.at("zero", "room"), Job.getDefaultInstance(), CallOptions.within(Duration.ofSeconds(2))));
    }

    @Test
    void one_that_is_fit_enough_is_not_compared() throws Exception {
        bob.serve(RpcMethods.START_EGRESS.at(""), (request, context) -> 1, (request, context) -> EgressInfo.newBuilder().setEgressId(request.getEgressId()).build());
        EgressInfo info = ann.call(RpcMethods.START_EGRESS.at(""), StartEgressRequest.newBuilder().setEgressId("EG_1").build());
        assertThat(info.getEgressId()).isEqualTo("EG_1");
    }

    @Test
    void all_answer() throws Exception {
        bob.serve(RpcMethods.CHECK_ENABLED.at(), (request, context) -> CheckEnabledResponse.newBuilder().addAgentNames("b").build());
        cid.serve(RpcMethods.CHECK_ENABLED.at(), (request, context) -> {
            throw new RpcException(RpcCode.RESOURCE_EXHAUSTED, "full");
        });
        ann.callAll(RpcMethods.CHECK_ENABLED.at(), CheckEnabledRequest.getDefaultInstance(), PATIENT, answer -> {
            heard.add(answer.error() == null ? answer.value().getAgentNames(0) : answer.error().code());
            return heard.size() < 2;
        });
        assertThat(heard).containsExactlyInAnyOrder("b", RpcCode.RESOURCE_EXHAUSTED);
        heard.clear();
        ann.callAll(RpcMethods.CHECK_ENABLED.at("elsewhere"), CheckEnabledRequest.getDefaultInstance(), SHORT, heard::add);
        assertThat(heard).isEmpty();
    }

    @Test
    void events_reach_whoever_listens() throws Exception {
        for (Psrpc node : List.of(ann, bob)) node.listen(RpcMethods.KEEPALIVE_PING.at("ND_1"), ping -> heard.add(ping.getTimestamp()));
        cid.listen(RpcMethods.KEEPALIVE_PING.at("ND_2"), heard::add);
        ann.publish(RpcMethods.KEEPALIVE_PING.at("ND_1"), KeepalivePing.newBuilder().setTimestamp(7).build());
        assertThat(List.of(next(), next())).containsExactly(7L, 7L);
        assertThat(heard).isEmpty();
    }

    @Test
    void after_its_end_a_server_takes_nothing_and_answers_what_it_has_taken() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        var served = bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
            heard.add("asked");
            await(release);
            return DELETED;
        });
        Thread.ofVirtual().start(() -> {
            try {
                heard.add(ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r")));
            } catch (RpcException e) {
                heard.add(e);
            }
        });
        assertThat(next()).isEqualTo("asked");
        served.close();
        fails(RpcCode.UNAVAILABLE, "no response", () -> cid.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"), SHORT));
        release.countDown();
        assertThat(next()).isEqualTo(DELETED);
    }

    /** An end of a stream whose messages are heard by their numbers. */
    private final class Numbers implements RpcStream.Listener<RelaySignalRequest> {
        @Override
        public void message(RelaySignalRequest message) {
            heard.add(message.getSeq());
        }

        @Override
        public void closed(RpcException reason) {
            heard.add(reason.code() + ": " + reason.getMessage());
        }
    }

    private final class Answers implements RpcStream.Listener<RelaySignalResponse> {
        @Override
        public void message(RelaySignalResponse message) {
            heard.add("answer " + message.getSeq());
        }

        @Override
        public void closed(RpcException reason) {
            heard.add(reason.code() + ": " + reason.getMessage());
        }
    }

    private static RelaySignalRequest number(long seq) {
        return RelaySignalRequest.newBuilder().setSeq(seq).build();
    }

    private RpcStream<RelaySignalRequest> open(String topic) throws RpcException {
        return ann.open(RpcMethods.RELAY_SIGNAL.at(topic), PATIENT, new Answers());
    }

    @Test
    void a_stream_carries_messages_both_ways_in_order() throws Exception {
        BlockingQueue<RpcStream<RelaySignalResponse>> ends = new LinkedBlockingQueue<>();
        bob.accept(RpcMethods.RELAY_SIGNAL.at("ND_1"), (stream, context) -> {
            ends.add(stream);
            return new Numbers();
        });
        RpcStream<RelaySignalRequest> stream = open("ND_1");
        for (int i = 0; i < 100; i++) stream.send(number(i));
        for (long i = 0; i < 100; i++) assertThat(next()).isEqualTo(i);
        RpcStream<RelaySignalResponse> other = ends.take();
        for (int i = 0; i < 100; i++) other.send(RelaySignalResponse.newBuilder().setSeq(i).build());
        for (int i = 0; i < 100; i++) assertThat(next()).isEqualTo("answer " + i);
        stream.close();
        assertThat(List.of(next(), next())).containsExactly("CANCELED: stream closed", "CANCELED: stream closed");
        fails(RpcCode.CANCELED, "stream closed", () -> stream.send(number(1)));
        fails(RpcCode.CANCELED, "stream closed", () -> other.send(RelaySignalResponse.getDefaultInstance()));
    }

    @Test
    void a_stream_that_is_not_accepted_ends_with_the_reason() throws Exception {
        bob.accept(RpcMethods.RELAY_SIGNAL.at("ND_1"), (stream, context) -> {
            throw new RpcException(RpcCode.RESOURCE_EXHAUSTED, "full");
        });
        open("ND_1");
        assertThat(next()).isEqualTo("RESOURCE_EXHAUSTED: full");
        fails(RpcCode.DEADLINE_EXCEEDED, "request timed out", () -> ann.open(RpcMethods.RELAY_SIGNAL.at("nobody"), SHORT, new Answers()));
    }

    @Test
    void a_server_that_ends_says_so_to_its_streams() throws Exception {
        var accepting = bob.accept(RpcMethods.RELAY_SIGNAL.at("ND_1"), (stream, context) -> new Numbers());
        open("ND_1");
        accepting.close();
        assertThat(List.of(next(), next())).containsExactly("UNAVAILABLE: EOF", "UNAVAILABLE: EOF");
    }

    @Test
    void what_a_slow_listener_does_not_take_is_not_acknowledged() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        bob.accept(RpcMethods.RELAY_SIGNAL.at("ND_1"), (stream, context) -> {
            await(release);
            return new Numbers();
        });
        RpcStream<RelaySignalRequest> stream = ann.open(RpcMethods.RELAY_SIGNAL.at("ND_1"), CallOptions.within(Duration.ofMillis(500)), new Answers());
        for (int i = 0; i < 100; i++) stream.send(number(i));
        fails(RpcCode.DEADLINE_EXCEEDED, "request timed out", () -> stream.send(number(100)));
        assertThat(bob.drops()).containsEntry(RpcDrop.SLOW_CONSUMER, 1L);
        release.countDown();
        for (long i = 0; i < 100; i++) assertThat(next()).isEqualTo(i);
    }

    @Test
    void a_listener_that_fails_ends_its_stream_alone() throws Exception {
        AtomicLong streams = new AtomicLong();
        bob.accept(RpcMethods.RELAY_SIGNAL.at("ND_1"), (stream, context) -> streams.getAndIncrement() == 0 ? new RpcStream.Listener<>() {
            @Override
            public void message(RelaySignalRequest message) {
                throw new IllegalStateException("a bug of the listener");
            }

            @Override
            public void closed(RpcException reason) {}
        } : new Numbers());
        RpcStream<RelaySignalRequest> broken = open("ND_1");
        RpcStream<RelaySignalRequest> sound = open("ND_1");
        try {
            broken.send(number(1));
        } catch (RpcException e) {
            assertThat(e).as("the end can overtake the acknowledgement").hasMessage("internal error");
        }
        assertThat(next()).isEqualTo("INTERNAL: internal error");
        sound.send(number(2));
        assertThat(next()).isEqualTo(2L);
    }

    @Test
    void nothing_is_left_of_what_is_over() throws Exception {
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> DELETED);
        for (int i = 0; i < 20; i++) ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"));
        bob.accept(RpcMethods.RELAY_SIGNAL.at("ND_1"), (stream, context) -> new Numbers());
        for (int i = 0; i < 20; i++) open("ND_1").close();
        assertThat(ann.underWay()).startsWith("0 calls, 0 requests, 0 streams");
    }

}
