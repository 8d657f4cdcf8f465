package io.stoa.peer;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.DataLane;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A peer without a network, and what it told its owner. */
final class Recorder implements PeerHandler {
    private static final SecureRandom SECURE = new SecureRandom();
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(SECURE, Instant.now());
    private static final TransportAddress LOCAL = TransportAddress.of("192.0.2.1", 7_882);

    final Peer peer;
    final List<String> events = new ArrayList<>();
    final List<Receiver> receivers = new ArrayList<>();
    final List<String> candidates = new ArrayList<>();

    Recorder(PeerSpec.Role role, PeerSpec.EnabledCodec... enabled) {
        this(spec(role, false, enabled));
    }

    static PeerSpec spec(PeerSpec.Role role, boolean red, PeerSpec.EnabledCodec... enabled) {
        return new PeerSpec("RM_x", "PA_x", "ann", role, List.of(enabled), false, red, false);
    }

    Recorder(PeerSpec spec) {
        PortableSrtpEngine engine = new PortableSrtpEngine();
        PacketOutbox outbox = new PacketOutbox((flow, bytes, offset, length) -> {}, 8);
        outbox.engine(engine);
        peer = new Peer(spec, new PeerTools(CERTIFICATE, new SplittableRandom(1), SECURE, KeyOperations::ofJava, outbox), this);
        peer.localEndpoints(List.of(new LocalEndpoint(Flow.Protocol.UDP, LOCAL)));
    }

    /** A description that a real client wrote. */
    static SessionDescription recorded(String name) throws Exception {
        Path folder = Path.of(System.getProperty("basedir", "."), "../sdp/src/test/resources/io/stoa/sdp");
        return SdpParser.parse(Files.readString(folder.resolve(name + ".sdp")));
    }

    @Override
    public void transmit(Flow flow, byte[] bytes, int offset, int length) {}

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return new Flow(protocol, local, remote, null);
    }

    @Override
    public void ready() {}

    @Override
    public void stateChanged(long now, PeerState state, String reason) {
        events.add(state.name());
    }

    @Override
    public void verified(long now, Flow flow) {}

    @Override
    public void selected(long now, Flow flow) {}

    @Override
    public void candidate(String line, String mid, int mlineIndex, boolean last) {
        candidates.add(last ? "last" : line);
    }

    @Override
    public void receiverChanged(long now, Receiver receiver) {
        events.add("receiver " + receiver.publication().trackSid());
        if (!receivers.contains(receiver)) receivers.add(receiver);
    }

    @Override
    public void receiverEnded(long now, Receiver receiver) {
        events.add("ended " + receiver.publication().trackSid());
        receivers.remove(receiver);
    }

    @Override
    public void rtp(long now, ReceiveStream stream, RtpView packet) {}

    @Override
    public void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp) {}

    @Override
    public void bound(long now, Sender sender) {
        events.add("bound " + sender.spec().trackSid());
    }

    @Override
    public void unsupported(long now, Sender sender, String why) {
        events.add("unsupported " + sender.spec().trackSid());
    }

    @Override
    public void keyFrameLost(long now, Sender sender) {}

    @Override
    public void nack(long now, Sender sender, int seq) {}

    @Override
    public void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos) {}

    @Override
    public void sectionsRequired(int audios, int videos) {
        events.add("sections " + audios + " " + videos);
    }

    @Override
    public void offerNeeded() {
        events.add("offer needed");
    }

    @Override
    public void laneOpen(long now, DataLane lane) {}

    @Override
    public void data(long now, DataLane lane, byte[] bytes, int offset, int length) {}
}
