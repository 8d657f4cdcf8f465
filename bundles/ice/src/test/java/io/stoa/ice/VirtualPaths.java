package io.stoa.ice;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/** Agents with several addresses each, and between every two addresses a path of its own: slow, lossy, blocked or behind a NAT. */
final class VirtualPaths {
    private record Packet(long at, TransportAddress from, TransportAddress to, byte[] bytes) {}

    final long seed;
    final Random random;
    final List<Host> hosts = new ArrayList<>();
    final Set<TransportAddress> blocked = new HashSet<>();
    private final Map<TransportAddress, TransportAddress> outside = new HashMap<>();
    private final Map<TransportAddress, TransportAddress> inside = new HashMap<>();
    private final PriorityQueue<Packet> queue = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
    double loss;
    long jitter = 1;
    long now;

    VirtualPaths(long seed) {
        this.seed = seed;
        random = new Random(seed);
    }

    Host host(boolean controlling, long delay, TransportAddress... addresses) {
        return add(new Host(false, controlling, delay, List.of(addresses)));
    }

    Host liteHost(long delay, TransportAddress... addresses) {
        return add(new Host(true, false, delay, List.of(addresses)));
    }

    private Host add(Host host) {
        hosts.add(host);
        return host;
    }

    /** What {@code host} sends from there is seen as coming from elsewhere. */
    void nat(TransportAddress host, TransportAddress seenAs) {
        outside.put(host, seenAs);
        inside.put(seenAs, host);
    }

    void run(long nanos) {
        long end = now + nanos;
        while (true) {
            long next = queue.isEmpty() ? Time.NEVER : queue.peek().at;
            for (Host host : hosts) next = Time.earlier(next, host.agent.nextWake());
            if (next == Time.NEVER || next - end > 0) break;
            now = Math.max(now, next);
            while (!queue.isEmpty() && queue.peek().at <= now) deliver(queue.poll());
            for (Host host : hosts) if (Time.due(host.agent.nextWake(), now)) host.agent.wake(now);
        }
        now = end;
    }

    /** @return how long it took, or the patience if it did not happen */
    long untilAllConnected(long patience) {
        long start = now;
        while (now - start < patience && !allConnected()) run(10 * Time.MILLI);
        return now - start;
    }

    boolean allConnected() {
        return hosts.stream().allMatch(host -> host.agent.state() == IceState.CONNECTED);
    }

    private void deliver(Packet packet) {
        TransportAddress to = inside.getOrDefault(packet.to, packet.to);
        for (Host host : hosts)
            if (host.addresses.contains(to)) host.agent.receive(now, host.flowTo(to, packet.from), packet.bytes, 0, packet.bytes.length);
    }

    final class Host implements IceHandler {
        final IceAgent agent;
        final List<TransportAddress> addresses;
        final List<IceCandidate> candidates = new ArrayList<>();
        final List<Flow> selections = new ArrayList<>();
        private final Map<String, Flow> flows = new HashMap<>();
        private final long delay;
        /** Role in the last request that left. */
        boolean controls;

        private Host(boolean lite, boolean controlling, long delay, List<TransportAddress> addresses) {
            this.delay = delay;
            this.addresses = addresses;
            agent = lite ? IceAgent.lite(IceSettings.DEFAULT, random, this) : new IceAgent(IceSettings.DEFAULT, controlling, random, this);
            for (TransportAddress address : addresses)
                candidates.add(IceCandidate.host(Flow.Protocol.UDP, address, candidates.size(), agent.local().ufrag()));
            agent.localCandidates(candidates);
        }

        /** Signalling from the other side arrives here. */
        void learn(Host other, boolean candidatesToo) {
            agent.remoteCredentials(now, other.agent.local());
            if (candidatesToo) for (IceCandidate candidate : other.candidates) agent.addRemote(now, candidate);
        }

        Flow flowTo(TransportAddress local, TransportAddress remote) {
            return flows.computeIfAbsent(local + ">" + remote, k -> new Flow(Flow.Protocol.UDP, local, remote, null));
        }

        @Override
        public void send(Flow flow, byte[] bytes, int offset, int length) {
            Stun.Received message = new Stun().decode(bytes, offset, length).message();
            if (message.kind() == RawStun.REQUEST) controls = message.controlling();
            if (random.nextDouble() < loss || blocked.contains(flow.local) || blocked.contains(flow.remote)) return;
            TransportAddress from = outside.getOrDefault(flow.local, flow.local);
            queue.add(new Packet(now + delay + random.nextLong(jitter), from, flow.remote, Arrays.copyOfRange(bytes, offset, offset + length)));
        }

        @Override
        public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
            return flowTo(local, remote);
        }

        @Override
        public void verified(Flow flow) {}

        @Override
        public void selected(Flow flow) {
            selections.add(flow);
        }

        @Override
        public void stateChanged(IceState state, String reason) {}
    }
}
