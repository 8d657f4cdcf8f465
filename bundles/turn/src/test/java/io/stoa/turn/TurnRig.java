package io.stoa.turn;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;
import io.stoa.turn.TurnCredentials.Account;
import io.stoa.turn.TurnSettings.RelayAddress;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A server with everything around it played by hand: clients, peers, sockets, time. */
final class TurnRig implements TurnHandler {
    static final String REALM = "stoa.test";
    static final TransportAddress SERVER = TransportAddress.of("192.0.2.1", 3_478);

    final TurnServer server;
    final Map<String, Account> accounts = new HashMap<>();
    final Set<Integer> occupied = new HashSet<>();
    final List<Relay> open = new ArrayList<>();
    final List<Flow> released = new ArrayList<>();
    final ArrayDeque<Sent> toClients = new ArrayDeque<>();
    final ArrayDeque<Relayed> toPeers = new ArrayDeque<>();
    /** Openings that wait for {@link #openWaiting}. */
    final ArrayDeque<Relay> waiting = new ArrayDeque<>();
    boolean slow;
    long now = Long.MAX_VALUE - 100 * SECOND; // monotonic time may wrap
    private final Random random;
    private int nextPort = 50_000;

    record Sent(Flow to, byte[] bytes) {}

    record Relayed(Relay from, TransportAddress to, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    TurnRig() {
        this(settings(4, new PeerRules(List.of(), List.of())), 1);
    }

    TurnRig(TurnSettings settings, long seed) {
        random = new Random(seed);
        server = new TurnServer(settings, username -> Optional.ofNullable(accounts.get(username)), this, random);
        account("ann", "secret");
    }

    static TurnSettings settings(int quota, PeerRules rules) {
        return new TurnSettings(REALM, List.of(new RelayAddress(InetAddress.ofLiteral("0.0.0.0"), InetAddress.ofLiteral("192.0.2.1"))), 30_000, 30_009, quota, rules);
    }

    void account(String username, String password) {
        accounts.put(username, new Account(username, key(username, password), false));
    }

    static byte[] key(String username, String password) {
        try {
            return MessageDigest.getInstance("MD5").digest((username + ":" + REALM + ":" + password).getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    // -- the owner of the server

    @Override
    public void send(Flow client, byte[] bytes, int offset, int length) {
        toClients.add(new Sent(client, Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    @Override
    public void open(Relay relay) {
        if (slow) waiting.add(relay);
        else opened(relay);
    }

    void openWaiting() {
        opened(waiting.remove());
    }

    private void opened(Relay relay) {
        if (relay.isClosed()) return;
        if (occupied.contains(relay.bind.port())) {
            server.notOpened(now, relay);
            return;
        }
        open.add(relay);
        server.opened(now, relay);
    }

    @Override
    public void close(Relay relay) {
        open.remove(relay);
    }

    @Override
    public void relay(Relay relay, TransportAddress peer, byte[] bytes, int offset, int length) {
        assertThat(open).contains(relay);
        toPeers.add(new Relayed(relay, peer, Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    @Override
    public void released(Flow client) {
        released.add(client);
    }

    void run(long nanos) {
        long end = now + nanos;
        while (Time.due(server.nextWake(), end)) {
            now = server.nextWake() - now > 0 ? server.nextWake() : now + MILLI;
            server.wake(now);
        }
        now = end;
    }

    // -- clients and peers

    TurnClient client() {
        return client(Flow.Protocol.UDP);
    }

    TurnClient client(Flow.Protocol protocol) {
        return new TurnClient(this, new Flow(protocol, SERVER, TransportAddress.of("198.51.100.7", nextPort++), null));
    }

    Relay relay(TransportAddress relayed) {
        return open.stream().filter(relay -> relay.relayed.equals(relayed)).findFirst().orElseThrow();
    }

    void peerSends(TransportAddress peer, TransportAddress relayed, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        server.fromPeer(now, relay(relayed), peer, bytes, 0, bytes.length);
    }

    byte[] transaction() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return id;
    }

    /** A client that knows the protocol; tests tell it what to get wrong. */
    static final class TurnClient {
        final TurnRig rig;
        final Flow flow;
        String username = "ann";
        String password = "secret";
        String nonce;
        byte[] last;

        TurnClient(TurnRig rig, Flow flow) {
            this.rig = rig;
            this.flow = flow;
        }

        StunWriter request(int method) {
            return new StunWriter(StunView.type(method, StunView.REQUEST), rig.transaction());
        }

        StunWriter signed(StunWriter request) {
            return request.text(Turn.USERNAME, username).text(Turn.REALM, REALM).text(Turn.NONCE, nonce).integrity(key(username, password));
        }

        /** Says it, and hears the answer; learns the nonce on the way. */
        Answer ask(StunWriter request) {
            if (nonce == null) learnNonce();
            return say(signed(request).toBytes());
        }

        void learnNonce() {
            Answer challenge = say(request(Turn.ALLOCATE).toBytes());
            assertThat(challenge.error()).isEqualTo(401);
            nonce = challenge.text(Turn.NONCE);
        }

        Answer say(byte[] bytes) {
            last = bytes;
            rig.server.receive(rig.now, flow, bytes, 0, bytes.length);
            return hear();
        }

        /** Null if there is nothing to be heard. */
        Answer hear() {
            Sent sent = rig.toClients.poll();
            if (sent == null) return null;
            assertThat(sent.to()).isSameAs(flow);
            return new Answer(sent.bytes());
        }

        Answer allocate() {
            return ask(allocation());
        }

        StunWriter allocation() {
            return request(Turn.ALLOCATE).u32(Turn.REQUESTED_TRANSPORT, Turn.UDP << 24);
        }

        TransportAddress allocated() {
            Answer answer = allocate();
            assertThat(answer.error()).isZero();
            return answer.address(Turn.XOR_RELAYED_ADDRESS);
        }

        Answer refresh(long seconds) {
            return ask(request(Turn.REFRESH).u32(Turn.LIFETIME, seconds));
        }

        Answer permit(TransportAddress... peers) {
            StunWriter request = request(Turn.CREATE_PERMISSION);
            for (TransportAddress peer : peers) request.xorAddress(Turn.XOR_PEER_ADDRESS, peer);
            return ask(request);
        }

        Answer bind(int channel, TransportAddress peer) {
            return ask(request(Turn.CHANNEL_BIND).u32(Turn.CHANNEL_NUMBER, (long) channel << 16).xorAddress(Turn.XOR_PEER_ADDRESS, peer));
        }

        void send(TransportAddress peer, String text) {
            byte[] bytes = new StunWriter(StunView.type(Turn.SEND, StunView.INDICATION), rig.transaction())
                    .xorAddress(Turn.XOR_PEER_ADDRESS, peer)
                    .text(Turn.DATA, text)
                    .toBytes();
            rig.server.receive(rig.now, flow, bytes, 0, bytes.length);
        }

        void sendOnChannel(int channel, String text) {
            byte[] data = text.getBytes(StandardCharsets.UTF_8);
            byte[] bytes = new byte[4 + data.length];
            bytes[0] = (byte) (channel >> 8);
            bytes[1] = (byte) channel;
            bytes[3] = (byte) data.length;
            System.arraycopy(data, 0, bytes, 4, data.length);
            rig.server.receive(rig.now, flow, bytes, 0, bytes.length);
        }
    }

    /** What a client heard: a STUN message, or ChannelData. */
    static final class Answer {
        final byte[] bytes;
        final StunView view = new StunView();
        final boolean stun;

        Answer(byte[] bytes) {
            this.bytes = bytes;
            stun = view.look(bytes, 0, bytes.length);
        }

        /** 0 is success. */
        int error() {
            int at = view.find(0x0009);
            assertThat(view.kind()).isEqualTo(at < 0 ? StunView.SUCCESS : StunView.ERROR);
            return at < 0 ? 0 : bytes[at + 6] * 100 + bytes[at + 7];
        }

        TransportAddress address(int attribute) {
            return view.xorAddress(view.find(attribute));
        }

        String text(int attribute) {
            return new String(view.copy(view.find(attribute)), StandardCharsets.UTF_8);
        }

        long number(int attribute) {
            return view.u32(view.find(attribute));
        }
    }
}
