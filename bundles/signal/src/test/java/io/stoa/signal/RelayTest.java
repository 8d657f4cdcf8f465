package io.stoa.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.JoinResponse;
import io.stoa.protocol.livekit.Ping;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.SubscribedQualityUpdate;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.psrpc.Psrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session between two nodes over a bus that loses, doubles and delays what it carries. */
@Timeout(60)
class RelayTest {
    private static final CallOptions QUICK = CallOptions.within(Duration.ofMillis(1_500));

    private final BadBus bus = new BadBus();
    private final Psrpc edge = node(1);
    private final Psrpc owner = node(2);
    private final Room room = new Room();
    private final Client client = new Client();
    private MessageBus.Subscription door;

    /** What the room is told, and its way to the client. */
    private static final class Room implements SignalSession {
        final List<String> heard = new ArrayList<>();
        final CountDownLatch released = new CountDownLatch(1);
        final AtomicInteger sessions = new AtomicInteger();
        final AtomicInteger ends = new AtomicInteger();
        volatile SignalSink sink;
        volatile boolean stuck;

        @Override
        public void receive(SignalRequest request) {
            if (stuck) await();
            synchronized (heard) {
                heard.add(request.hasAddTrack() ? request.getAddTrack().getCid() : request.getMessageCase().name());
            }
        }

        private void await() {
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void closed() {
            ends.incrementAndGet();
        }

        @Override
        public List<SignalRequest> release() {
            return List.of();
        }
    }

    private static final class Client implements SignalSink {
        final List<SignalResponse> told = new ArrayList<>();
        volatile boolean closed;

        @Override
        public synchronized void send(SignalResponse response) {
            told.add(response);
        }

        @Override
        public void close() {
            closed = true;
        }

        synchronized List<String> sids() {
            return told.stream().filter(SignalResponse::hasSubscribedQualityUpdate).map(response -> response.getSubscribedQualityUpdate().getTrackSid()).toList();
        }

        synchronized boolean wasTold(SignalResponse.MessageCase kind) {
            return told.stream().anyMatch(response -> response.getMessageCase() == kind);
        }
    }

    /** Between this and that node. */
    private static final class BadBus implements MessageBus {
        private final InProcessMessageBus real = new InProcessMessageBus();
        private final Random random = new Random(11);
        private final Map<String, byte[]> late = new HashMap<>();
        private int badPercent;
        private boolean doubles;
        private boolean parted;
        private volatile boolean away;

        synchronized void misbehave(int percent) {
            badPercent = percent;
        }

        synchronized void doubleAll() {
            doubles = true;
        }

        synchronized void part() {
            parted = true;
        }

        @Override
        public boolean hasSubscribers(String channel) {
            return real.hasSubscribers(channel);
        }

        @Override
        public synchronized void publish(String channel, byte[] message) throws ClusterException {
            if (away) throw new ClusterException(ClusterException.Code.UNAVAILABLE, "the bus is away");
            if (parted) return;
            byte[] before = late.remove(channel);
            int fate = badPercent == 0 ? 3 : random.nextInt(300 / badPercent);
            switch (fate) {
                case 0 -> {} // lost
                case 1 -> late.put(channel, message); // behind the next one
                case 2 -> twice(channel, message);
                default -> {
                    if (doubles) twice(channel, message);
                    else real.publish(channel, message);
                }
            }
            if (before != null) real.publish(channel, before);
        }

        private void twice(String channel, byte[] message) {
            real.publish(channel, message);
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
    }

    private Psrpc node(int seed) {
        Psrpc node = new Psrpc(new Ids(new Random(seed)), () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()), QUICK, 100);
        node.bind(bus);
        return node;
    }

    @AfterEach
    void close() {
        room.released.countDown();
        edge.close();
        owner.close();
    }

    private RelayedSession open() throws Exception {
        door = owner.accept(RpcMethods.RELAY_SIGNAL.at("ND_2"), new RelayDoor((start, sink) -> {
            room.sessions.incrementAndGet();
            room.sink = sink;
            sink.send(SignalResponse.newBuilder().setJoin(JoinResponse.newBuilder().setServerRegion(start.getRoomName())).build());
            return room;
        }));
        return RelayedSession.open(edge, "ND_2", StartSession.newBuilder().setRoomName("hall").setIdentity("ann").setConnectionId("CO_1").build(), client);
    }

    private static SignalRequest request(int number) {
        return SignalRequest.newBuilder().setAddTrack(AddTrackRequest.newBuilder().setCid(String.valueOf(number))).build();
    }

    private static SignalResponse response(int number) {
        return SignalResponse.newBuilder().setSubscribedQualityUpdate(SubscribedQualityUpdate.newBuilder().setTrackSid(String.valueOf(number))).build();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    private List<String> heard() {
        synchronized (room.heard) {
            return List.copyOf(room.heard);
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as(what).isNegative();
            Thread.sleep(5);
        }
    }

    @Test
    void over_a_bus_that_loses_doubles_and_delays_all_comes_once_and_in_order() throws Exception {
        RelayedSession session = open();
        bus.misbehave(10);
        for (int i = 0; i < 40; i++) {
            session.receive(request(i));
            room.sink.send(response(i));
            int all = i + 1;
            if (i % 4 == 0) await("the room hears " + i, () -> heard().size() == all || client.closed);
        }
        await("all is there", () -> heard().size() == 40 && client.sids().size() == 40 || client.closed);
        assertThat(client.closed).isFalse();
        assertThat(heard()).isEqualTo(numbers(40));
        assertThat(client.sids()).isEqualTo(numbers(40));
        assertThat(room.sessions).hasValue(1);
    }

    @Test
    void where_everything_comes_twice_a_session_begins_and_ends_once() throws Exception {
        bus.doubleAll();
        RelayedSession session = open();
        assertThat(client.wasTold(SignalResponse.MessageCase.JOIN)).isTrue();
        session.receive(request(0));
        await("the room hears it", () -> heard().size() == 1);
        session.closed();
        await("it ends", () -> room.ends.get() > 0);
        assertThat(heard()).isEqualTo(numbers(1));
        assertThat(room.sessions).hasValue(1);
        assertThat(room.ends).hasValue(1);
    }

    @Test
    void the_edge_answers_pings_and_the_room_hears_them() throws Exception {
        RelayedSession session = open();
        session.receive(SignalRequest.newBuilder().setPing(1).build());
        session.receive(SignalRequest.newBuilder().setPingReq(Ping.newBuilder().setTimestamp(7)).build());
        assertThat(client.wasTold(SignalResponse.MessageCase.PONG)).isTrue();
        assertThat(client.wasTold(SignalResponse.MessageCase.PONG_RESP)).isTrue();
        await("the room hears both", () -> heard().equals(List.of("PING", "PING_REQ")));
        room.sink.send(SignalResponse.newBuilder().setPong(5).build());
        room.sink.send(response(0));
        await("what comes behind it", () -> client.sids().size() == 1);
        assertThat(client.told).filteredOn(SignalResponse::hasPongResp).hasSize(1);
        assertThat(client.told).filteredOn(told -> told.getMessageCase() == SignalResponse.MessageCase.PONG).as("the room's own are not passed on").hasSize(1);
    }

    /** The client's next ping is what finds out; the room finds out by what it says next. */
    @Test
    void where_the_other_node_is_gone_without_a_word_both_ends_end() throws Exception {
        RelayedSession session = open();
        bus.part();
        session.receive(SignalRequest.newBuilder().setPing(1).build());
        room.sink.send(response(0));
        assertThat(client.wasTold(SignalResponse.MessageCase.PONG)).isTrue();
        await("the client is to resume", () -> client.closed);
        await("the room knows", () -> room.ends.get() == 1);
    }

    /** Longer than anybody waits for a node that does not answer. */
    @Test
    void while_there_is_no_bus_the_session_waits_and_goes_on_with_all_that_was_said() throws Exception {
        RelayedSession session = open();
        session.receive(request(0));
        await("the room hears it", () -> heard().size() == 1);
        bus.away = true;
        for (int i = 1; i < 10; i++) session.receive(request(i));
        for (int i = 0; i < 10; i++) room.sink.send(response(i));
        session.receive(SignalRequest.newBuilder().setPing(1).build());
        assertThat(client.wasTold(SignalResponse.MessageCase.PONG)).as("answered here").isTrue();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(9);
        await("nine seconds", () -> System.nanoTime() - until > 0 || client.closed);
        assertThat(client.closed).isFalse();
        bus.away = false;
        await("all is there", () -> heard().size() == 11 && client.sids().size() == 10 || client.closed);
        assertThat(heard().subList(0, 10)).isEqualTo(numbers(10));
        assertThat(client.sids()).isEqualTo(numbers(10));
        assertThat(room.ends).hasValue(0);
    }

    @Test
    void where_the_other_node_stops_the_client_is_to_resume() throws Exception {
        open();
        door.close();
        await("the client is to resume", () -> client.closed);
    }

    /** What is not taken waits on the node of the client, and only so much. */
    @Test
    void a_room_that_does_not_listen_ends_the_session_of_who_talks_on() throws Exception {
        RelayedSession session = open();
        room.stuck = true;
        for (int i = 0; i < 20_000 && !client.closed; i++) {
            session.receive(request(i));
            if (i % 50 == 0) Thread.sleep(1);
        }
        await("the session ends", () -> client.closed);
        room.released.countDown();
        await("the room is told", () -> room.ends.get() == 1);
        List<String> heard = heard();
        assertThat(heard).as("in order, as far as it goes").isEqualTo(numbers(heard.size()));
    }
}
