package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.media.DataLane;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.media.Translation;
import io.stoa.peer.PacketOutbox;
import io.stoa.peer.Peer;
import io.stoa.peer.PeerHandler;
import io.stoa.peer.PeerTools;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.peer.Sender;
import io.stoa.peer.SenderSpec;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.Codec;
import io.stoa.srtp.SrtpEngine;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A call between two connections in memory, so that the first guests meet compiled code: cold, the data path takes twice as long, and the
 * JDK's ciphers twenty times. It uses nothing of the running server but its classes, takes one thread for at most {@link #BUDGET}, and
 * ends at once when a guest comes.
 */
final class Rehearsal {
    private static final long BUDGET = 4 * Time.SECOND;
    private static final long STEP = Time.MILLI;
    private static final int ROUNDS = 400;
    private static final int MESSAGES_PER_ROUND = 10;
    private static final int PACKETS_PER_ROUND = 50;
    private static final int BYTES = 1_000;
    /** Decryption may use what lies behind a datagram. */
    private static final int TAILROOM = 32;
    private static final String TRACK = "TR_rehearsal";
    private static final Codec VP8 = new Codec(96, "VP8", 90_000, 1, "", List.of());

    private final BooleanSupplier disturbed;
    private final long deadline = System.nanoTime() + BUDGET;
    private final End sender;
    private final End receiver;
    private final Sender track;
    private long now = System.nanoTime();

    /** @param disturbed whether somebody else needs the processor now */
    Rehearsal(SrtpEngine srtp, BooleanSupplier disturbed) {
        this.disturbed = disturbed;
        SecureRandom random = new SecureRandom();
        DtlsCertificate certificate = DtlsCertificate.generate(random, Instant.now());
        sender = new End(PeerSpec.Role.SUBSCRIBER, 1, srtp, certificate, random);
        receiver = new End(PeerSpec.Role.PUBLISHER, 2, srtp, certificate, random);
        sender.other = receiver;
        receiver.other = sender;
        receiver.peer.expect(new PublicationSpec(TRACK, List.of(TRACK), true, "video/vp8", false, false, false, false));
        track = sender.peer.addSender(now, new SenderSpec(TRACK, TRACK, true, VP8, 0));
    }

    /** @return rounds played; fewer than all if it was disturbed or too slow */
    int play() throws NegotiationException {
        sender.peer.accept(now, receiver.peer.answer(now, sender.peer.offer(now, false)));
        while (!(track.ready() && sender.laneOpen && receiver.laneOpen)) if (!step()) return end(0);
        RtpView packet = new RtpView();
        byte[] bytes = new byte[BYTES];
        bytes[0] = (byte) 0x80;
        packet.set(bytes, 0, BYTES);
        Translation translation = new Translation();
        byte[] message = new byte[BYTES];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < MESSAGES_PER_ROUND; i++) {
                sender.peer.send(now, DataLane.RELIABLE, message, 0, BYTES);
                receiver.peer.send(now, DataLane.RELIABLE, message, 0, BYTES);
            }
            for (int i = 0; i < PACKETS_PER_ROUND; i++) {
                translation.seq = translation.seq + 1 & 0xffff;
                translation.timestamp += 3_000;
                track.write(translation, packet);
            }
            if (!step()) return end(round);
        }
        return end(ROUNDS);
    }

    private int end(int rounds) {
        sender.peer.close(now);
        receiver.peer.close(now);
        return rounds;
    }

    /** @return false if it is time to stop */
    private boolean step() {
        now += STEP;
        sender.turn();
        receiver.turn();
        // The handshake has a thread of its own; time stands still for it.
        while (!(sender.peer.quiescent() && receiver.peer.quiescent()) && mayGoOn()) LockSupport.parkNanos(STEP / 10);
        return mayGoOn();
    }

    private boolean mayGoOn() {
        return !disturbed.getAsBoolean() && System.nanoTime() - deadline < 0;
    }

    /** One of the two: what it transmits arrives at the other in the next turn. */
    private final class End implements PeerHandler {
        private final TransportAddress address;
        private final Peer peer;
        private final PacketOutbox outbox;
        private final Queue<byte[]> arrived = new ArrayDeque<>();
        private End other;
        private Flow flow;
        private boolean laneOpen;

        End(PeerSpec.Role role, int number, SrtpEngine srtp, DtlsCertificate certificate, SecureRandom random) {
            address = TransportAddress.of("192.0.2." + number, 9);
            outbox = new PacketOutbox(this::transmit, PACKETS_PER_ROUND);
            outbox.engine(srtp);
            peer = new Peer(new PeerSpec("", "", "", role, List.of(), false, false), new PeerTools(srtp, certificate, random, random, outbox), this);
            peer.localEndpoints(List.of(new LocalEndpoint(Flow.Protocol.UDP, address)));
        }

        void turn() {
            for (int waiting = arrived.size(); waiting > 0; waiting--) {
                byte[] datagram = arrived.poll();
                peer.receive(now, path(), datagram, 0, datagram.length - TAILROOM);
            }
            peer.drain(now);
            if (Time.due(peer.nextWake(), now)) peer.wake(now);
            peer.flush(now);
            outbox.flush();
        }

        private Flow path() {
            if (flow == null) flow = new Flow(Flow.Protocol.UDP, address, other.address, null);
            return flow;
        }

        @Override
        public void transmit(Flow to, byte[] bytes, int offset, int length) {
            byte[] datagram = new byte[length + TAILROOM];
            System.arraycopy(bytes, offset, datagram, 0, length);
            other.arrived.add(datagram);
        }

        @Override
        public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
            return protocol == Flow.Protocol.UDP && remote.equals(other.address) ? path() : null;
        }

        @Override
        public void candidate(String line, String mid, int mlineIndex, boolean last) {
            other.peer.addCandidate(now, line);
        }

        @Override
        public void laneOpen(long time, DataLane lane) {
            if (lane == DataLane.RELIABLE) laneOpen = true;
        }

        @Override
        public void ready() {} // every turn drains

        @Override
        public void stateChanged(long time, PeerState state, String reason) {}

        @Override
        public void verified(long time, Flow known) {}

        @Override
        public void selected(long time, Flow known) {}

        @Override
        public void receiverChanged(long time, Receiver known) {}

        @Override
        public void receiverEnded(long time, Receiver known) {}

        @Override
        public void rtp(long time, ReceiveStream stream, RtpView packet) {}

        @Override
        public void senderReport(long time, ReceiveStream stream, long ntp, int rtpTimestamp) {}

        @Override
        public void bound(long time, Sender known) {}

        @Override
        public void unsupported(long time, Sender known, String why) {}

        @Override
        public void keyFrameLost(long time, Sender known) {}

        @Override
        public void nack(long time, Sender known, int seq) {}

        @Override
        public void receiverReport(long time, Sender known, int fractionLost, long roundTripNanos) {}

        @Override
        public void sectionsRequired(int audios, int videos) {}

        @Override
        public void offerNeeded() {}

        @Override
        public void data(long time, DataLane lane, byte[] bytes, int offset, int length) {}
    }
}
