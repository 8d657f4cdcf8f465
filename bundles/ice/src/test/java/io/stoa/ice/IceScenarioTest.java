package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two agents over a seeded network in which time flies. */
class IceScenarioTest {
    static final TransportAddress CLIENT = TransportAddress.of("10.0.0.1", 40_000);
    static final TransportAddress SERVER = TransportAddress.of("10.0.0.2", 7_882);

    final Net net = new Net(7);
    Side client;
    Side server;

    @BeforeEach
    void connect() {
        client = net.side("client", CLIENT, true);
        server = net.side("server", SERVER, false);
        introduce();
    }

    void introduce() {
        client.agent.remoteCredentials(net.now, server.agent.local());
        server.agent.remoteCredentials(net.now, client.agent.local());
        server.agent.addRemote(net.now, client.candidate);
        client.agent.addRemote(net.now, server.candidate);
    }

    @Test
    void they_find_each_other_quickly() {
        net.run(300 * MILLI);
        assertThat(client.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(server.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(server.agent.selected().remote).isEqualTo(CLIENT);
        assertThat(server.agent.roundTripNanos()).isEqualTo(2 * net.delay);
    }

    @Test
    void a_lossy_network_only_takes_longer() {
        net.loss = 0.4;
        net.run(10 * SECOND);
        assertThat(client.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(server.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_client_that_was_not_announced_is_found_by_its_first_check() {
        Net other = new Net(9);
        Side a = other.side("client", CLIENT, true);
        Side b = other.side("server", SERVER, false);
        a.agent.remoteCredentials(0, b.agent.local());
        a.agent.addRemote(0, b.candidate);
        other.run(50 * MILLI);
        b.agent.remoteCredentials(other.now, a.agent.local());
        other.run(SECOND);
        assertThat(b.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void both_believing_to_be_in_control_settle_it() {
        Net other = new Net(11);
        client = other.side("client", CLIENT, true);
        server = other.side("server", SERVER, true);
        client.agent.remoteCredentials(0, server.agent.local());
        server.agent.remoteCredentials(0, client.agent.local());
        client.agent.addRemote(0, server.candidate);
        server.agent.addRemote(0, client.candidate);
        other.run(2 * SECOND);
        assertThat(client.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(server.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_silent_network_disconnects_then_fails_and_may_come_back_in_between() {
        net.run(SECOND);
        net.loss = 1;
        net.run(12 * SECOND);
        assertThat(server.agent.state()).isEqualTo(IceState.DISCONNECTED);
        net.loss = 0;
        net.run(3 * SECOND);
        assertThat(server.agent.state()).isEqualTo(IceState.CONNECTED);
        net.loss = 1;
        net.run(27 * SECOND);
        assertThat(server.agent.state()).isEqualTo(IceState.DISCONNECTED);
        net.run(4 * SECOND);
        assertThat(server.agent.state()).isEqualTo(IceState.FAILED);
    }

    @Test
    void a_restart_keeps_the_path_until_the_new_one_is_there() {
        net.run(SECOND);
        Flow before = server.agent.selected();
        client.agent.restart(net.now);
        server.agent.restart(net.now);
        assertThat(server.agent.selected()).isSameAs(before);
        introduce();
        net.run(SECOND);
        assertThat(client.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(server.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_stranger_who_does_not_know_the_password_is_counted_and_changes_nothing() {
        byte[] forged = new Stun().request(new byte[12], server.agent.local().ufrag() + ":x", "wrong", 1, true, 5, true);
        server.agent.receive(net.now, net.flow(SERVER, TransportAddress.of("10.0.0.9", 1)), forged, 0, forged.length);
        assertThat(server.agent.drops().get(Drop.STUN_BAD_INTEGRITY)).isEqualTo(1);
        assertThat(server.agent.selected()).isNull();
    }

    @Test
    void whatever_arrives_gets_a_verdict() {
        Random random = new Random(5);
        byte[] good = new Stun().request(new byte[12], server.agent.local().ufrag() + ":x", server.agent.local().password(), 1, true, 5, true);
        Flow flow = net.flow(SERVER, TransportAddress.of("10.0.0.9", 1));
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = good.clone();
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            int length = random.nextInt(bytes.length + 1);
            StunPeek.localUfrag(bytes, 0, length);
            server.agent.receive(net.now, flow, bytes, 0, length);
        }
        assertThat(server.agent.drops().total()).isGreaterThan(90_000);
    }

    /** A network of sides that hand each other datagrams after a delay, if they are not lost. */
    static final class Net {
        final Random random;
        final Map<TransportAddress, Side> sides = new HashMap<>();
        final Map<String, Flow> flows = new HashMap<>();
        final PriorityQueue<Packet> queue = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
        long now;
        long delay = 20 * MILLI;
        double loss;

        record Packet(long at, TransportAddress from, TransportAddress to, byte[] bytes) {}

        Net(long seed) {
            random = new Random(seed);
        }

        Flow flow(TransportAddress local, TransportAddress remote) {
            return flows.computeIfAbsent(local + ">" + remote, k -> new Flow(Flow.Protocol.UDP, local, remote, null));
        }

        Side side(String name, TransportAddress address, boolean controlling) {
            Side side = new Side(this, name, address, controlling);
            sides.put(address, side);
            return side;
        }

        void run(long nanos) {
            long end = now + nanos;
            while (true) {
                long next = queue.isEmpty() ? Time.NEVER : queue.peek().at;
                for (Side side : sides.values()) next = Time.earlier(next, side.agent.nextWake());
                if (next == Time.NEVER || next > end) break;
                now = Math.max(now, next);
                while (!queue.isEmpty() && queue.peek().at <= now) deliver(queue.poll());
                for (Side side : List.copyOf(sides.values())) if (Time.due(side.agent.nextWake(), now)) side.agent.wake(now);
            }
            now = end;
        }

        private void deliver(Packet packet) {
            Side side = sides.get(packet.to);
            if (side != null) side.agent.receive(now, flow(packet.to, packet.from), packet.bytes, 0, packet.bytes.length);
        }
    }

    static final class Side implements IceHandler {
        final Net net;
        final String name;
        final IceAgent agent;
        final IceCandidate candidate;
        final List<IceState> states = new ArrayList<>();

        Side(Net net, String name, TransportAddress address, boolean controlling) {
            this.net = net;
            this.name = name;
            agent = new IceAgent(IceSettings.DEFAULT, controlling, net.random, this);
            candidate = IceCandidate.host(Flow.Protocol.UDP, address, 0, agent.local().ufrag());
            agent.localCandidates(List.of(candidate));
        }

        @Override
        public void send(Flow flow, byte[] bytes, int offset, int length) {
            if (net.random.nextDouble() < net.loss) return;
            byte[] copy = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
            net.queue.add(new Net.Packet(net.now + net.delay, flow.local, flow.remote, copy));
        }

        @Override
        public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
            return net.flow(local, remote);
        }

        @Override
        public void verified(Flow flow) {}

        @Override
        public void selected(Flow flow) {}

        @Override
        public void stateChanged(IceState state, String reason) {
            states.add(state);
        }
    }
}
