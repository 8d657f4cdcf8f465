package io.stoa.media.plane;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.forward.Engines;
import io.stoa.media.DatagramBatch;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerSpec;
import io.stoa.media.PublicationSpec;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.peer.SenderSpec;
import io.stoa.sdp.Codec;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletionStage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hops 3 to 12, and of 13 the copy: a media plane of the real parts between connections that were really negotiated, without cipher and
 * without sockets. A frame of four VP8 packets comes in and goes to every subscriber.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseZGC")
public class HopsBenchmark {
    private static final int FRAME = 4;
    private static final int PAYLOAD = 1_000;
    private static final int DESCRIPTOR = 6;
    private static final String TRACK = "TR_bench";

    /** 0 = hops 3 to 9 alone. */
    @Param({"0", "1", "10", "100"})
    int subscribers;

    private final MemoryIo io = new MemoryIo();
    private final byte[] packet = new byte[20 + PAYLOAD];
    private final List<Party> parties = new ArrayList<>();
    private Flow flow;
    private int seq;
    private int picture;

    @Setup
    public void connect() throws Exception {
        SecureRandom random = new SecureRandom();
        DtlsCertificate certificate = DtlsCertificate.generate(random, Instant.now());
        PlainEngine engine = new PlainEngine();
        LoopMediaPlane plane = new LoopMediaPlane(io, random);
        plane.bindSrtp(engine);
        plane.bindEngine(Engines.shipped());

        Party sending = new Party(io, 0, true, engine, certificate, random);
        parties.add(sending);
        MediaPeer publisher = plane.open(Party.spec(0, PeerSpec.Role.PUBLISHER), sending);
        publisher.expect(new PublicationSpec(TRACK, List.of(TRACK), true, "video/vp8", true, false, false, false));
        int ssrc = sending.peer.addSender(io.now(), new SenderSpec(TRACK, "stream", true, new Codec(96, "VP8", 90_000, 1, "", List.of()), 0, false)).ssrc();
        var answer = done(publisher.answer(SdpWriter.write(sending.peer.offer(io.now(), false))));
        sending.peer.accept(io.now(), SdpParser.parse(answer.sdp()));
        sending.peer.addCandidate(io.now(), candidate());
        for (int i = 1; i <= subscribers; i++) subscribe(plane, publisher, new Party(io, i, false, engine, certificate, random), i);
        for (long deadline = System.nanoTime() + 30_000_000_000L; !parties.stream().allMatch(party -> party.up); turn())
            if (System.nanoTime() - deadline > 0) throw new IllegalStateException("not all connections came up");

        flow = io.flow(Flow.Protocol.UDP, MemoryIo.ADDRESS, sending.address);
        io.measuring = true;
        header(ssrc);
        frame(true);
        long before = io.sent;
        frame(false);
        if (io.sent - before != (long) FRAME * subscribers) throw new IllegalStateException((io.sent - before) + " packets went out of one frame");
    }

    private void subscribe(LoopMediaPlane plane, MediaPeer publisher, Party party, int number) throws Exception {
        parties.add(party);
        MediaPeer receiving = plane.open(Party.spec(number, PeerSpec.Role.SUBSCRIBER), party);
        receiving.subscribe(publisher, new SubscriptionSpec(TRACK, "PA_0|" + TRACK, TrackPreference.EVERYTHING));
        turn();
        var answer = party.peer.answer(io.now(), SdpParser.parse(done(receiving.offer(false))));
        party.peer.addCandidate(io.now(), candidate());
        done(receiving.acceptAnswer(SdpWriter.write(answer)));
    }

    private static String candidate() {
        return "candidate:1 1 udp 2130706431 " + MemoryIo.ADDRESS.host() + " " + MemoryIo.ADDRESS.port() + " typ host";
    }

    private <T> T done(CompletionStage<T> stage) {
        var future = stage.toCompletableFuture();
        while (!future.isDone()) turn();
        return future.join();
    }

    private void turn() {
        io.turn();
        for (Party party : parties) party.turn();
        Thread.yield();
    }

    private void header(int ssrc) {
        packet[0] = (byte) 0x80;
        Bytes.i32(packet, 8, ssrc);
        packet[13] = (byte) 0xf0;
        packet[17] = 1;
    }

    /** Four packets of one picture in one read. */
    private void frame(boolean key) {
        DatagramBatch batch = io.batch();
        picture = picture + 1 & 0x7fff;
        for (int i = 0; i < FRAME; i++) {
            packet[1] = (byte) (i == FRAME - 1 ? 0x80 | 96 : 96);
            Bytes.u16(packet, 2, seq++ & 0xffff);
            Bytes.i32(packet, 4, picture * 3_000);
            packet[12] = (byte) (i == 0 ? 0x90 : 0x80);
            Bytes.u16(packet, 14, 0x8000 | picture);
            packet[16] = (byte) picture;
            packet[12 + DESCRIPTOR] = (byte) (key ? 0x10 : 0x11);
            batch.add(flow, packet, 0, 12 + PAYLOAD);
        }
        io.deliver();
        batch.clear();
    }

    /** Per incoming packet. */
    @Benchmark
    @OperationsPerInvocation(FRAME)
    public long receivedPacket() {
        frame(false);
        return io.sent;
    }
}
