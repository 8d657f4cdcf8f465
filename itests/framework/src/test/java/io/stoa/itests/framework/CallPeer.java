package io.stoa.itests.framework;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
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
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.SrtpEngine;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;

/**
 * A WebRTC client of one video track over a real socket, made of the server's own protocol machine: a sending client plays the role that
 * offers and sends, a receiving one the role that answers and receives. Its loop is a thread of its own.
 */
final class CallPeer implements AutoCloseable {
    /** What client and server call the track; to the receiver it is the track's sid. */
    static final String TRACK = "TR_camera";

    private static final Codec VP8 = new Codec(96, "VP8", 90_000, 1, "", List.of());
    private static final int WAIT_MILLIS = 1;
    private static final int FRAME_BYTES = 200;
    private static final int KEY_FRAME_EVERY = 50;

    private final DatagramSocket socket;
    private final Map<TransportAddress, Flow> flows = new HashMap<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PacketOutbox outbox;
    private final Peer peer;
    private final Sender sender;
    private final Thread thread;
    private final TransportAddress local;
    private final Reception reception = new Reception();
    private final RtpView frame = new RtpView();
    private final byte[] frameBytes = new byte[RtpView.HEADER + FRAME_BYTES + 64];
    private volatile MediaPeer server;
    private volatile PeerState state = PeerState.NEW;
    private volatile boolean keyFrameDue = true;
    private volatile boolean closed;
    private int frames;

    CallPeer(boolean sends, SrtpEngine engine, RandomGenerator random) throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(WAIT_MILLIS);
        socket.setReceiveBufferSize(1 << 20);
        local = TransportAddress.of(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        var secure = new SecureRandom();
        outbox = new PacketOutbox(this::transmit, 64);
        outbox.engine(engine);
        var role = sends ? PeerSpec.Role.SUBSCRIBER : PeerSpec.Role.PUBLISHER;
        var spec = new PeerSpec("RM_client", "PA_client", "client", role, List.of(), false, false, false);
        peer = new Peer(spec, new PeerTools(DtlsCertificate.generate(secure, Instant.now()), random, secure, KeyOperations::ofJava, outbox), new Events());
        peer.localEndpoints(List.of(new LocalEndpoint(Flow.Protocol.UDP, local)));
        if (!sends) peer.expect(new PublicationSpec(TRACK, List.of(TRACK), true, "video/vp8", false, false, false, false));
        sender = sends ? peer.addSender(System.nanoTime(), new SenderSpec(TRACK, "stream", true, VP8, 0, false)) : null;
        thread = Thread.ofPlatform().daemon().name("call-peer").start(this::run);
    }

    PeerState state() {
        return state;
    }

    Reception reception() {
        return reception;
    }

    // -- negotiation, from the test's thread

    /** The client offers. */
    void publishTo(MediaPeer mediaPeer) throws Exception {
        server = mediaPeer;
        String offer = ask(() -> SdpWriter.write(peer.offer(System.nanoTime(), false)));
        MediaPeer.Answer answer = mediaPeer.answer(offer).toCompletableFuture().get();
        ask(() -> {
            peer.accept(System.nanoTime(), SdpParser.parse(answer.sdp()));
            return null;
        });
    }

    /** The server offers. */
    void receiveFrom(MediaPeer mediaPeer) throws Exception {
        server = mediaPeer;
        SessionDescription offer = SdpParser.parse(mediaPeer.offer(false).toCompletableFuture().get());
        String answer = ask(() -> SdpWriter.write(peer.answer(System.nanoTime(), offer)));
        mediaPeer.acceptAnswer(answer).toCompletableFuture().get();
    }

    void addCandidate(String line) {
        post(() -> peer.addCandidate(System.nanoTime(), line));
    }

    private void post(Runnable task) {
        tasks.add(task);
    }

    private <T> T ask(Callable<T> question) throws Exception {
        var answer = new CompletableFuture<T>();
        post(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.get();
    }

    /** The next picture: small VP8 frames of one packet, each with its number, a key frame now and then and when one is asked for. */
    void sendFrame() {
        post(() -> {
            if (!sender.ready()) return;
            boolean key = keyFrameDue || frames % KEY_FRAME_EVERY == 0;
            keyFrameDue = false;
            int at = 0;
            frameBytes[at] = (byte) 0x80;
            frameBytes[at + 1] = (byte) (0x80 | 96);
            at = RtpView.HEADER;
            frameBytes[at++] = (byte) 0x90; // X, start of partition (RFC 7741 section 4.2)
            frameBytes[at++] = (byte) 0xC0; // picture id, TL0PICIDX
            Bytes.u16(frameBytes, at, 0x8000 | frames & 0x7fff);
            at += 2;
            frameBytes[at++] = (byte) frames;
            frameBytes[at++] = (byte) (key ? 0x10 : 0x11); // shown, P bit last
            Bytes.i32(frameBytes, at, frames);
            frame.set(frameBytes, 0, RtpView.HEADER + FRAME_BYTES);
            Translation plain = new Translation();
            plain.seq = frames & 0xffff;
            plain.timestamp = frames * 900;
            plain.marker = true;
            sender.write(System.nanoTime(), plain, frame);
            frames++;
        });
    }

    // -- the loop

    private void run() {
        var datagram = new DatagramPacket(new byte[2_048], 2_000);
        while (!closed) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) task.run();
            receive(datagram);
            long now = System.nanoTime();
            peer.wake(now);
            peer.flush(now);
            outbox.flush();
        }
        peer.close(System.nanoTime());
        outbox.flush();
        socket.close();
    }

    private void receive(DatagramPacket datagram) {
        try {
            datagram.setLength(2_000);
            socket.receive(datagram);
            Flow flow = flow(TransportAddress.of(datagram.getAddress(), datagram.getPort()));
            peer.receive(System.nanoTime(), flow, datagram.getData(), 0, datagram.getLength());
        } catch (SocketTimeoutException e) {
            peer.drain(System.nanoTime());
        } catch (IOException e) {
            if (!closed) throw new IllegalStateException(e);
        }
    }

    private Flow flow(TransportAddress remote) {
        return flows.computeIfAbsent(remote, to -> new Flow(Flow.Protocol.UDP, local, to, null));
    }

    private void transmit(Flow flow, byte[] bytes, int offset, int length) {
        if (!flow.remote.isLoopback()) return; // a socket on the loopback reaches nothing else
        try {
            socket.send(new DatagramPacket(bytes, offset, length, flow.remote.socketAddress()));
        } catch (IOException e) {
            if (!closed) throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        Server.await("the end of a peer", () -> !thread.isAlive());
    }

    /** What has arrived. Written by the loop, read by the test. */
    static final class Reception {
        private final NavigableMap<Long, Integer> frameByIndex = new TreeMap<>();
        private int lastFrame = -1;

        private synchronized void add(long index, int frame) {
            frameByIndex.put(index, frame);
            lastFrame = Math.max(lastFrame, frame);
        }

        synchronized int packets() {
            return frameByIndex.size();
        }

        synchronized int lastFrame() {
            return lastFrame;
        }

        /** Numbers that did not come, although higher ones did. */
        synchronized long missingNumbers() {
            if (frameByIndex.isEmpty()) return 0;
            return frameByIndex.lastKey() - frameByIndex.firstKey() + 1 - frameByIndex.size();
        }

        /** Pictures that the numbering has passed over: forwarded neither at once nor later. */
        synchronized int skippedFrames() {
            int skipped = 0;
            int before = -1;
            for (int frame : frameByIndex.values()) {
                if (before >= 0 && frame != before + 1) skipped++;
                before = frame;
            }
            return skipped;
        }
    }

    private final class Events implements PeerHandler {
        @Override
        public void transmit(Flow flow, byte[] bytes, int offset, int length) {
            CallPeer.this.transmit(flow, bytes, offset, length);
        }

        @Override
        public Flow flow(Flow.Protocol protocol, TransportAddress from, TransportAddress to) {
            return protocol == Flow.Protocol.UDP ? CallPeer.this.flow(to) : null;
        }

        @Override
        public void ready() {
            post(() -> peer.drain(System.nanoTime()));
        }

        @Override
        public void stateChanged(long now, PeerState next, String reason) {
            state = next;
        }

        @Override
        public void verified(long now, Flow flow) {}

        @Override
        public void selected(long now, Flow flow) {}

        @Override
        public void candidate(String line, String mid, int mlineIndex, boolean last) {
            server.addCandidate(line);
        }

        @Override
        public void receiverChanged(long now, Receiver receiver) {}

        @Override
        public void receiverEnded(long now, Receiver receiver) {}

        @Override
        public void rtp(long now, ReceiveStream stream, RtpView packet) {
            if (packet.payloadLength() < 10) return;
            reception.add(stream.index(), (int) Bytes.u32(packet.bytes(), packet.payloadOffset() + 6)); // behind descriptor and payload header
        }

        @Override
        public void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp) {}

        @Override
        public void bound(long now, Sender bound) {}

        @Override
        public void unsupported(long now, Sender refused, String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public void keyFrameLost(long now, Sender of) {
            keyFrameDue = true;
        }

        @Override
        public void nack(long now, Sender of, int seq) {}

        @Override
        public void receiverReport(long now, Sender of, int fractionLost, long roundTripNanos) {}

        @Override
        public void sectionsRequired(int audios, int videos) {}

        @Override
        public void offerNeeded() {}

        @Override
        public void laneOpen(long now, DataLane lane) {}

        @Override
        public void data(long now, DataLane lane, byte[] bytes, int offset, int length) {}
    }
}
