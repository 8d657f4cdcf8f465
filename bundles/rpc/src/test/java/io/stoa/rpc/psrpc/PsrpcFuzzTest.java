package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.psrpc.ClaimRequest;
import io.stoa.protocol.psrpc.ClaimResponse;
import io.stoa.protocol.psrpc.Msg;
import io.stoa.protocol.psrpc.Request;
import io.stoa.protocol.psrpc.Response;
import io.stoa.protocol.psrpc.Stream;
import io.stoa.protocol.psrpc.StreamClose;
import io.stoa.protocol.psrpc.StreamMessage;
import io.stoa.protocol.psrpc.StreamOpen;
import io.stoa.protocol.rpc.JobRequestResponse;
import io.stoa.protocol.rpc.KeepalivePing;
import io.stoa.protocol.rpc.RelaySignalRequest;
import io.stoa.protocol.rpc.RelaySignalResponse;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever anybody publishes on whichever channel: calls, events and streams go on. */
@Timeout(120)
class PsrpcFuzzTest {
    private static final int MESSAGES = 4_000;
    private static final CallOptions PATIENT = CallOptions.within(Duration.ofSeconds(30));

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final Tapped bus = new Tapped();
    private Random random;

    /** What was ever published. */
    private static final class Tapped implements MessageBus {
        private record Published(String channel, byte[] message) {}

        private final InProcessMessageBus real = new InProcessMessageBus();
        private final List<Published> published = new CopyOnWriteArrayList<>();
        private volatile boolean recording = true;

        @Override
        public void publish(String channel, byte[] message) {
            if (recording) published.add(new Published(channel, message.clone()));
            real.publish(channel, message);
        }

        @Override
        public Subscription subscribe(String channel, Subscriber subscriber) throws ClusterException {
            return real.subscribe(channel, subscriber);
        }

        @Override
        public Subscription subscribeQueue(String channel, Subscriber subscriber) throws ClusterException {
            return real.subscribeQueue(channel, subscriber);
        }

        @Override
        public boolean hasSubscribers(String channel) {
            return real.hasSubscribers(channel);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nothing_ends_it(long seed) throws Exception {
        random = new Random(seed);
        try (Psrpc ann = node(10); Psrpc bob = node(20)) {
            bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> DeleteRoomResponse.getDefaultInstance());
            bob.serve(RpcMethods.JOB_REQUEST.at("a", "room"), (request, context) -> 0.5f, (request, context) -> JobRequestResponse.getDefaultInstance());
            bob.listen(RpcMethods.KEEPALIVE_PING.at("ND"), ping -> heard.add(ping.getTimestamp()));
            bob.accept(RpcMethods.RELAY_SIGNAL.at("ND"), (stream, context) -> listener(request -> answer(stream, request)));
            useAll(ann, -1);
            bus.recording = false;
            for (int i = 0; i < MESSAGES; i++) {
                Tapped.Published one = bus.published.get(random.nextInt(bus.published.size()));
                String channel = random.nextInt(4) > 0 ? one.channel : bus.published.get(random.nextInt(bus.published.size())).channel;
                bus.real.publish(channel, strange(one.message));
            }
            heard.clear();
            for (int i = 0; i < 5; i++) useAll(ann, i);
            assertThat(bob.drops()).as("seed %d", seed).containsKeys(RpcDrop.MALFORMED, RpcDrop.UNEXPECTED_TYPE);
        }
    }

    private Psrpc node(int seed) {
        Psrpc node = new Psrpc(new Ids(new Random(seed)), () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()), PATIENT, 100);
        node.bind(bus);
        return node;
    }

    private void useAll(Psrpc ann, int number) throws RpcException, InterruptedException {
        ann.call(RpcMethods.DELETE_ROOM.at("r"), DeleteRoomRequest.newBuilder().setRoom("r").build());
        ann.call(RpcMethods.JOB_REQUEST.at("a", "room"), Job.newBuilder().setId("j" + number).build());
        ann.publish(RpcMethods.KEEPALIVE_PING.at("ND"), KeepalivePing.newBuilder().setTimestamp(1_000_000_000L + number).build());
        awaits(1_000_000_000L + number);
        try (RpcStream<RelaySignalRequest> stream = ann.open(RpcMethods.RELAY_SIGNAL.at("ND"), PATIENT, listener(response -> heard.add(response.getSeq())))) {
            stream.send(RelaySignalRequest.newBuilder().setSeq(2_000_000_000L + number).build());
            awaits(2_000_000_000L + number);
        }
    }

    /** Others may have come out of the storm. */
    private void awaits(long what) throws InterruptedException {
        Object one;
        do one = heard.poll(30, TimeUnit.SECONDS);
        while (one != null && !one.equals(what));
        assertThat(one).isEqualTo(what);
    }

    private static <R extends com.google.protobuf.Message> RpcStream.Listener<R> listener(java.util.function.Consumer<R> messages) {
        return new RpcStream.Listener<>() {
            @Override
            public void message(R message) {
                messages.accept(message);
            }

            @Override
            public void closed(RpcException reason) {}
        };
    }

    private static void answer(RpcStream<RelaySignalResponse> stream, RelaySignalRequest request) {
        Thread.ofVirtual().start(() -> {
            try {
                stream.send(RelaySignalResponse.newBuilder().setSeq(request.getSeq()).build());
            } catch (RpcException goneMeanwhile) {
                assertThat(goneMeanwhile).isNotNull();
            }
        });
    }

    private byte[] strange(byte[] sound) {
        return switch (random.nextInt(8)) {
            case 0 -> bytes(random.nextInt(200));
            case 1 -> flipped(sound);
            case 2 -> java.util.Arrays.copyOf(sound, random.nextInt(sound.length + 1));
            case 3 -> sound; // once more, as it was
            case 4 -> envelope("type.googleapis.com/internal.Request", ByteString.copyFrom(bytes(random.nextInt(100))));
            case 5 -> envelope(text(), ByteString.copyFrom(sound));
            default -> Envelope.wrap(odd());
        };
    }

    /** Well formed, and nonsense. */
    private com.google.protobuf.Message odd() {
        long expiry = random.nextBoolean() ? Long.MAX_VALUE : random.nextLong();
        return switch (random.nextInt(8)) {
            case 0 -> Request.newBuilder().setRequestId(text()).setClientId(text()).setExpiry(expiry).setRawRequest(ByteString.copyFrom(bytes(20))).build();
            case 1 -> Request.newBuilder().setExpiry(expiry).build();
            case 2 -> Response.newBuilder().setRequestId(text()).setError(text()).setCode(text()).setRawResponse(ByteString.copyFrom(bytes(9))).build();
            case 3 -> ClaimRequest.newBuilder().setRequestId(text()).setServerId(text()).setAffinity(Float.intBitsToFloat(random.nextInt())).build();
            case 4 -> ClaimResponse.newBuilder().setRequestId(text()).setServerId(text()).build();
            case 5 -> Stream.newBuilder().setStreamId(text()).setExpiry(expiry).setOpen(StreamOpen.newBuilder().setNodeId(text())).build();
            case 6 -> Stream.newBuilder().setStreamId(text()).setExpiry(expiry)
                    .setMessage(StreamMessage.newBuilder().setRawMessage(ByteString.copyFrom(bytes(9)))).build();
            default -> random.nextBoolean()
                    ? Stream.newBuilder().setStreamId(text()).setExpiry(expiry).build()
                    : Stream.newBuilder().setStreamId(text()).setExpiry(expiry).setClose(StreamClose.newBuilder().setCode(text())).build();
        };
    }

    /** Some of them come again and again. */
    private String text() {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "id" + random.nextInt(5);
            case 2 -> "\uD83D\uDE00|*? \u0000" + random.nextInt(5);
            default -> "x".repeat(random.nextInt(300));
        };
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] flipped(byte[] sound) {
        byte[] changed = sound.clone();
        for (int i = 0; i <= random.nextInt(4); i++) changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    private static byte[] envelope(String type, ByteString value) {
        return Msg.newBuilder().setTypeUrl(type).setValue(value).build().toByteArray();
    }

}
