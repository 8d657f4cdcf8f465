package io.stoa.itests.psrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import io.stoa.base.Ids;
import io.stoa.bus.redis.RedisMessageBus;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import io.stoa.protocol.livekit.JobState;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.StopEgressRequest;
import io.stoa.protocol.livekit.UpdateStreamRequest;
import io.stoa.protocol.rpc.CheckEnabledResponse;
import io.stoa.protocol.rpc.JobRequestResponse;
import io.stoa.protocol.rpc.KeepalivePing;
import io.stoa.protocol.rpc.ListActiveEgressRequest;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.protocol.rpc.RelaySignalResponse;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.redis.RedisServer;
import io.stoa.redis.client.TestConnection;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcStream;
import io.stoa.rpc.psrpc.Psrpc;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our calls are answered by LiveKit's psrpc, and its calls by ours. {@code idle} and {@code busy} are two workers, {@code node} is we. */
@Timeout(60)
class GoWorkersTest {
    private static RedisServer redis;
    private static TestConnection connection;
    private static Psrpc node;
    private static Psrpc other;
    private static GoWorker idle;
    private static GoWorker busy;

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

    @BeforeAll
    @Timeout(600) // the first time, all of the Go modules are compiled
    static void start() throws Exception {
        GoWorker.build();
        redis = RedisServer.start();
        connection = TestConnection.to(redis);
        node = node();
        other = node();
        idle = new GoWorker(redis.address(), "idle", 0.9);
        busy = new GoWorker(redis.address(), "busy", 0.2);
    }

    private static Psrpc node() {
        CallOptions defaults = new CallOptions(Duration.ofSeconds(20), 1, Duration.ZERO, Map.of());
        Psrpc started = new Psrpc(new Ids(new SecureRandom()), () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()), defaults, 1_000);
        started.bind(new RedisMessageBus(connection.connection()));
        return started;
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable one : new AutoCloseable[] {idle, busy, node, other, connection, redis}) {
            try {
                if (one != null) one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Object next() throws InterruptedException {
        return heard.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void the_idle_worker_starts_the_egress_and_is_the_one_that_stops_it() throws Exception {
        for (int i = 0; i < 3; i++) {
            String id = "EG_" + i;
            EgressInfo info = node.call(RpcMethods.START_EGRESS.at(""), StartEgressRequest.newBuilder().setEgressId(id).setRoomName("my room").build());
            assertThat(info).extracting(EgressInfo::getEgressId, EgressInfo::getRoomName, EgressInfo::getDetails).containsExactly(id, "my room", "idle");
            EgressInfo stopped = node.call(RpcMethods.STOP_EGRESS.at(id), StopEgressRequest.newBuilder().setEgressId(id).build());
            assertThat(stopped.getStatus()).isEqualTo(EgressStatus.EGRESS_ENDING);
            assertThat(stopped.getDetails()).isEqualTo("idle");
        }
    }

    @Test
    void an_error_of_a_worker_has_its_words_and_details() throws Exception {
        node.call(RpcMethods.START_EGRESS.at(""), StartEgressRequest.newBuilder().setEgressId("EG_bad").build());
        assertThatThrownBy(() -> node.call(RpcMethods.UPDATE_STREAM.at("EG_bad"), UpdateStreamRequest.newBuilder().setEgressId("EG_bad").build()))
                .isInstanceOfSatisfying(RpcException.class, e -> {
                    assertThat(e.code()).isEqualTo(RpcCode.UNKNOWN); // unprocessable_entity, which Twirp does not have
                    assertThat(e).hasMessage("no stream in EG_bad");
                    assertThat(e.details()).containsExactly(Any.pack(EgressInfo.newBuilder().setEgressId("EG_bad").build()));
                });
    }

    @Test
    void all_workers_answer_where_all_are_asked() throws Exception {
        node.callAll(RpcMethods.LIST_ACTIVE_EGRESS.at(""), ListActiveEgressRequest.getDefaultInstance(), node.defaults(), answer -> {
            heard.add(answer.value().getEgressIds(0));
            return heard.size() < 2;
        });
        assertThat(heard).containsExactlyInAnyOrder("idle", "busy");
    }

    @Test
    void a_worker_asks_nodes_and_one_answers() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        for (Psrpc one : List.of(node, other)) {
            one.serve(RpcMethods.UPDATE_EGRESS.at(), (info, context) -> {
                heard.add(info.getEgressId() + " " + info.getStatus());
                answers.incrementAndGet();
                return Empty.getDefaultInstance();
            });
            one.serve(RpcMethods.GET_EGRESS.at(), (request, context) -> {
                if (request.getEgressId().equals("EG_known")) return EgressInfo.newBuilder().setEgressId("EG_known").setDetails("stored").build();
                throw new RpcException(RpcCode.NOT_FOUND, "egress does not exist", Map.of(), List.of(Any.pack(request)));
            });
        }
        for (int i = 0; i < 20; i++) {
            idle.does("update-egress EG_" + i);
            idle.says("done");
            assertThat(next()).isEqualTo("EG_" + i + " EGRESS_ACTIVE");
        }
        assertThat(answers).hasValue(20);
        idle.does("get-egress EG_known");
        idle.says("egress EG_known stored");
        idle.does("get-egress EG_unknown");
        assertThat(idle.says()).startsWith("error not_found: egress does not exist [egress_id:").contains("EG_unknown");
    }

    @Test
    void a_topic_may_have_any_characters() throws Exception {
        node.serve(RpcMethods.GET_PARTICIPANT.at("a-b|ü\uD83D\uDE00*"), (request, context) -> ParticipantInfo.newBuilder().setIdentity(request.getIdentity()).build());
        busy.does("get-participant a-b|ü\uD83D\uDE00* ann");
        busy.says("participant ann");
    }

    @Test
    void the_fittest_node_gets_the_job() throws Exception {
        node.serve(RpcMethods.JOB_REQUEST.at("agent", "room"), (job, context) -> 0.3f, (job, context) -> job("unfit"));
        other.serve(RpcMethods.JOB_REQUEST.at("agent", "room"), (job, context) -> job.getId().equals("nobody") ? -1 : 0.7f, (job, context) -> job("fit"));
        busy.does("job agent J_1");
        busy.says("job of fit");
        busy.does("job agent nobody");
        busy.says("job of unfit");
        busy.does("job other J_2");
        assertThat(busy.says()).startsWith("error unavailable: no response from servers");
    }

    private static JobRequestResponse job(String worker) {
        return JobRequestResponse.newBuilder().setState(JobState.newBuilder().setWorkerId(worker)).build();
    }

    @Test
    void all_nodes_answer_where_all_are_asked() throws Exception {
        node.serve(RpcMethods.CHECK_ENABLED.at(), (request, context) -> CheckEnabledResponse.newBuilder().addAgentNames("a").build());
        other.serve(RpcMethods.CHECK_ENABLED.at(), (request, context) -> CheckEnabledResponse.newBuilder().addAgentNames("a").build());
        busy.does("enabled");
        busy.says("enabled [a]");
        busy.says("enabled [a]");
        busy.says("enabled no more");
    }

    @Test
    void events_both_ways() throws Exception {
        node.listen(RpcMethods.KEEPALIVE_PING.at("ND_1"), ping -> heard.add(ping.getTimestamp()));
        busy.does("ping ND_1");
        assertThat(next()).isEqualTo(42L);
        busy.does("listen ND_2");
        busy.says("listening");
        for (int i = 0; i < 20; i++) node.publish(RpcMethods.KEEPALIVE_PING.at("ND_2"), KeepalivePing.newBuilder().setTimestamp(i).build());
        for (int i = 0; i < 20; i++) busy.says("ping " + i);
    }

    @Test
    void our_stream_to_a_worker() throws Exception {
        RpcStream<RelaySignalRequest> stream = node.open(RpcMethods.RELAY_SIGNAL.at("ND-idle"), node.defaults(), new RpcStream.Listener<>() {
            @Override
            public void message(RelaySignalResponse message) {
                heard.add(message.getSeq());
            }

            @Override
            public void closed(RpcException reason) {
                heard.add(reason.code() + ": " + reason.getMessage());
            }
        });
        for (long i = 1; i <= 200; i++) stream.send(RelaySignalRequest.newBuilder().setSeq(i).build());
        for (long i = 1; i <= 200; i++) assertThat(next()).isEqualTo(i);
        stream.send(RelaySignalRequest.newBuilder().setClose(true).build());
        assertThat(next()).isEqualTo("RESOURCE_EXHAUSTED: closed as asked");
    }

    @Test
    void a_stream_that_we_close() throws Exception {
        RpcStream<RelaySignalRequest> stream = node.open(RpcMethods.RELAY_SIGNAL.at("ND-busy"), node.defaults(), new RpcStream.Listener<>() {
            @Override
            public void message(RelaySignalResponse message) {
                heard.add(message);
            }

            @Override
            public void closed(RpcException reason) {
                heard.add(reason.code());
            }
        });
        stream.close();
        assertThat(next()).isEqualTo(RpcCode.CANCELED);
        busy.says("stream ended: stream closed");
    }

    @Test
    void a_workers_stream_to_us() throws Exception {
        node.accept(RpcMethods.RELAY_SIGNAL.at("ND_us"), (stream, context) -> new RpcStream.Listener<>() {
            @Override
            public void message(RelaySignalRequest request) {
                try {
                    if (request.getClose()) stream.close(new RpcException(RpcCode.FAILED_PRECONDITION, "enough"));
                    else stream.send(RelaySignalResponse.newBuilder().setSeq(request.getSeq()).build());
                } catch (RpcException e) {
                    heard.add(e);
                }
            }

            @Override
            public void closed(RpcException reason) {
                heard.add(reason.getMessage());
            }
        });
        idle.does("relay ND_us");
        idle.says("relayed");
        assertThat(idle.says()).startsWith("error failed_precondition: enough");
        assertThat(next()).isEqualTo("enough");
    }
}
