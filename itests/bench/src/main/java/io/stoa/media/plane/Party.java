package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.DataLane;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublishedTrack;
import io.stoa.peer.PacketOutbox;
import io.stoa.peer.Peer;
import io.stoa.peer.PeerHandler;
import io.stoa.peer.PeerTools;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.peer.Sender;
import io.stoa.rtp.RtpView;
import io.stoa.srtp.SrtpEngine;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A client in memory: a connection of the same code, and what the server tells it about its own. */
final class Party implements PeerHandler, PeerListener, MemoryIo.Client {
    final Peer peer;
    final TransportAddress address;
    private final MemoryIo io;
    private final Flow flow;
    private final Queue<byte[]> arrived = new ArrayDeque<>();
    boolean bound;
    boolean published;
    boolean offerNeeded;
    volatile boolean up;

    Party(MemoryIo io, int number, boolean offers, SrtpEngine engine, DtlsCertificate certificate, SecureRandom random, boolean red) {
        this.io = io;
        address = TransportAddress.of("10.0.1.1", 10_000 + number);
        flow = new Flow(Flow.Protocol.UDP, address, MemoryIo.ADDRESS, this);
        PacketOutbox outbox = new PacketOutbox((to, bytes, offset, length) -> io.arrive(address, bytes, offset, length), 16);
        outbox.engine(engine);
        PeerSpec spec = spec(number, offers ? PeerSpec.Role.SUBSCRIBER : PeerSpec.Role.PUBLISHER, red);
        peer = new Peer(spec, new PeerTools(certificate, random, random, KeyOperations::ofJava, outbox), this);
        peer.localEndpoints(List.of(new LocalEndpoint(Flow.Protocol.UDP, address)));
        io.add(address, this);
    }

    static PeerSpec spec(int number, PeerSpec.Role role, boolean red) {
        return new PeerSpec("RM_bench", "PA_" + number, "party-" + number, role, List.of(), false, red, false);
    }

    void turn() {
        long now = System.nanoTime();
        for (byte[] next; (next = arrived.poll()) != null; ) {
            byte[] room = java.util.Arrays.copyOf(next, next.length + 32);
            peer.receive(now, flow, room, 0, next.length);
        }
        peer.drain(now);
        if (Time.due(peer.nextWake(), now)) peer.wake(now);
        peer.flush(now);
    }

    @Override
    public void receive(byte[] datagram) {
        arrived.add(datagram);
    }

    // -- the client's connection

    @Override
    public void transmit(Flow to, byte[] bytes, int offset, int length) {
        io.arrive(address, bytes, offset, length);
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return protocol == Flow.Protocol.UDP && remote.equals(MemoryIo.ADDRESS) ? flow : null;
    }

    @Override
    public void ready() {}

    @Override
    public void stateChanged(long now, PeerState state, String reason) {}

    @Override
    public void verified(long now, Flow known) {}

    @Override
    public void selected(long now, Flow known) {}

    @Override
    public void receiverChanged(long now, Receiver receiver) {}

    @Override
    public void receiverEnded(long now, Receiver receiver) {}

    @Override
    public void rtp(long now, ReceiveStream stream, RtpView packet) {}

    @Override
    public void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp) {}

    @Override
    public void bound(long now, Sender sender) {}

    @Override
    public void unsupported(long now, Sender sender, String why) {}

    @Override
    public void keyFrameLost(long now, Sender sender) {}

    @Override
    public void nack(long now, Sender sender, int seq) {}

    @Override
    public void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos) {}

    @Override
    public void laneOpen(long now, DataLane lane) {}

    @Override
    public void data(long now, DataLane lane, byte[] bytes, int offset, int length) {}

    // -- both: candidates stand in the descriptions' place, as all addresses are known

    @Override
    public void candidate(String line, String mid, int mlineIndex, boolean last) {}

    @Override
    public void sectionsRequired(int audios, int videos) {}

    @Override
    public void offerNeeded() {
        offerNeeded = true;
    }

    // -- what the server tells

    @Override
    public void stateChanged(PeerState state, String reason) {
        up = state == PeerState.CONNECTED;
    }

    @Override
    public void path(PeerPath path) {}

    @Override
    public void laneOpen(DataLane lane) {}

    @Override
    public void data(DataLane lane, byte[] message) {}

    @Override
    public void published(PublishedTrack track) {
        published = true;
    }

    @Override
    public void unpublished(String trackSid) {}

    @Override
    public void firstPacket(String trackSid) {}

    @Override
    public void subscription(String trackSid, SubscriptionEvent event, String detail) {
        if (event == SubscriptionEvent.BOUND) bound = true;
    }

    @Override
    public void codecTaken(String trackSid, int rank) {}
}
