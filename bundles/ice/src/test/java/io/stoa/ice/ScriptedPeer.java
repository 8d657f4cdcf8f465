package io.stoa.ice;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * One agent of ours, and a peer that does exactly what the test says: it answers checks (or not, or from the wrong place, or with an
 * error) and sends checks of its own over any flow. Everything that the agent told its owner is kept.
 */
final class ScriptedPeer implements IceHandler {
    static final TransportAddress UDP = TransportAddress.of("10.0.0.2", 7_882);
    static final TransportAddress TCP = TransportAddress.of("10.0.0.2", 7_881);
    static final TransportAddress CLIENT = TransportAddress.of("10.0.0.1", 40_000);

    private record Answer(long at, Flow flow, byte[] bytes) {}

    /** A request of the agent as the peer saw it. */
    record Check(long at, Flow flow, Stun.Received message) {}

    final Random random;
    final IceAgent agent;
    long halfTrip = 20 * Time.MILLI;
    final List<IceState> states = new ArrayList<>();
    final List<Flow> selections = new ArrayList<>();
    final Set<Flow> verified = new HashSet<>();
    final List<Check> checks = new ArrayList<>();
    final List<Stun.Received> answers = new ArrayList<>();
    final Set<Flow> silent = new HashSet<>();
    /** That the agent's owner knows of. */
    final Set<TransportAddress> relays = new HashSet<>();
    private final Map<String, Flow> flows = new HashMap<>();
    private final PriorityQueue<Answer> queue = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
    IceCredentials credentials = new IceCredentials("peer", "peerpeerpeerpeerpeerpeer");
    long now = -5 * Time.SECOND; // monotonic time may begin anywhere
    boolean answering = true;
    int answerWithError;
    Flow answerOver;
    /** The role that the peer's own checks claim. */
    boolean controlled;

    ScriptedPeer(boolean controlling, long seed) {
        this(false, controlling, seed);
    }

    /** The agent is lite. */
    static ScriptedPeer facingLite() {
        return new ScriptedPeer(true, false, 1);
    }

    private ScriptedPeer(boolean lite, boolean controlling, long seed) {
        random = new Random(seed);
        agent = lite ? IceAgent.lite(IceSettings.DEFAULT, random, this) : new IceAgent(IceSettings.DEFAULT, controlling, random, this);
        String ufrag = agent.local().ufrag();
        agent.localCandidates(List.of(IceCandidate.host(Flow.Protocol.UDP, UDP, 0, ufrag), IceCandidate.host(Flow.Protocol.TCP, TCP, 0, ufrag)));
    }

    /** The agent is controlled and has selected the UDP flow. */
    static ScriptedPeer connected() {
        ScriptedPeer peer = new ScriptedPeer(false, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.check(peer.udp(), true);
        peer.run(Time.SECOND);
        return peer;
    }

    Flow udp() {
        return udp(CLIENT);
    }

    Flow udp(TransportAddress remote) {
        return flow(Flow.Protocol.UDP + ">" + remote, new Flow(Flow.Protocol.UDP, UDP, remote, null));
    }

    /** A connection that the peer has opened. */
    Flow tcp(int port) {
        TransportAddress remote = TransportAddress.of("10.0.0.1", port);
        return flow(Flow.Protocol.TCP + ">" + remote, new Flow(Flow.Protocol.TCP, TCP, remote, null));
    }

    private Flow flow(String key, Flow fresh) {
        return flows.computeIfAbsent(key, k -> fresh);
    }

    void check(Flow flow, boolean nominate) {
        check(flow, agent.local(), nominate);
    }

    void check(Flow flow, IceCredentials ours, boolean nominate) {
        receive(flow, request(ours).nominating(nominate).integrity(ours.password()).fingerprint().bytes());
    }

    /** A controlling peer's request up to where attributes of choice, integrity and fingerprint follow. */
    RawStun request(IceCredentials ours) {
        return RawStun.message(RawStun.REQUEST, transaction())
                .username(ours.ufrag() + ":" + credentials.ufrag())
                .priority(1_853_817_087)
                .role(controlled ? RawStun.CONTROLLED : RawStun.CONTROLLING, Long.MAX_VALUE);
    }

    byte[] transaction() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return id;
    }

    void receive(Flow flow, byte[] bytes) {
        agent.receive(now, flow, bytes, 0, bytes.length);
    }

    void run(long nanos) {
        long end = now + nanos;
        while (true) {
            long next = agent.nextWake();
            if (!queue.isEmpty()) next = Time.earlier(next, queue.peek().at);
            if (next == Time.NEVER || next - end > 0) break;
            if (next - now > 0) now = next;
            while (!queue.isEmpty() && queue.peek().at <= now) {
                Answer answer = queue.poll();
                receive(answer.flow, answer.bytes);
            }
            if (Time.due(agent.nextWake(), now)) agent.wake(now);
        }
        now = end;
    }

    @Override
    public void send(Flow flow, byte[] bytes, int offset, int length) {
        Stun.Received message = new Stun().decode(bytes, offset, length).message();
        if (message.kind() != RawStun.REQUEST) {
            answers.add(message);
            return;
        }
        checks.add(new Check(now, flow, message));
        if (!answering || silent.contains(flow)) return;
        RawStun answer = answerWithError == 0
                ? RawStun.message(RawStun.SUCCESS, message.transaction())
                : RawStun.message(RawStun.ERROR, message.transaction()).error(answerWithError);
        byte[] sealed = answer.integrity(credentials.password()).fingerprint().bytes();
        queue.add(new Answer(now + 2 * halfTrip, answerOver == null ? flow : answerOver, sealed));
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return protocol == Flow.Protocol.TCP ? null : udp(remote);
    }

    @Override
    public boolean isRelay(TransportAddress remote) {
        return relays.contains(remote);
    }

    @Override
    public void verified(Flow flow) {
        verified.add(flow);
    }

    @Override
    public void selected(Flow flow) {
        selections.add(flow);
    }

    @Override
    public void stateChanged(IceState state, String reason) {
        states.add(state);
    }
}
