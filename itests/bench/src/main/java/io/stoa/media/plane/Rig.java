package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.forward.Engines;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerSpec;
import io.stoa.media.PublicationSpec;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.peer.SenderSpec;
import io.stoa.sdp.Codec;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A media plane of the real parts between connections that were really negotiated, without cipher and without sockets: one publisher of one
 * track, and its subscribers. What has been composed for them is counted.
 */
final class Rig {
    /** How a track comes, and whether its subscribers take RED. */
    enum Form {
        VP8(true, false, false),
        OPUS(false, false, false),
        /** In RED; every second subscriber does not take it, and gets what is inside. */
        RED(false, true, false),
        /** Plain; every second subscriber takes RED, and gets it composed. */
        COMPOSED(false, false, true);

        final boolean video;
        final boolean comesInRed;
        final boolean composed;

        Form(boolean video, boolean comesInRed, boolean composed) {
            this.video = video;
            this.comesInRed = comesInRed;
            this.composed = composed;
        }
    }

    private static final String TRACK = "TR_bench";

    final MemoryIo io = new MemoryIo();
    final Flow flow;
    final int ssrc;
    /** Of RED, where the track comes in it. */
    final int payloadType;
    private final Form form;
    private final List<Party> parties = new ArrayList<>();

    Rig(Form form, int subscribers) throws Exception {
        this.form = form;
        SecureRandom random = new SecureRandom();
        DtlsCertificate certificate = DtlsCertificate.generate(random, Instant.now());
        PlainEngine engine = new PlainEngine();
        LoopMediaPlane plane = new LoopMediaPlane(io, random);
        plane.composeRed(form.composed);
        plane.bindSrtp(engine);
        plane.bindEngine(Engines.shipped());

        Codec codec = form.video ? new Codec(96, "VP8", 90_000, 1, "", List.of()) : new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of());
        Party sending = new Party(io, 0, true, engine, certificate, random, true);
        parties.add(sending);
        MediaPeer publisher = plane.open(Party.spec(0, PeerSpec.Role.PUBLISHER, true), sending);
        publisher.expect(new PublicationSpec(TRACK, List.of(TRACK), form.video, form.video ? "video/vp8" : "audio/opus", !form.comesInRed && !form.composed, false, false, false));
        ssrc = sending.peer.addSender(io.now(), new SenderSpec(TRACK, "stream", form.video, codec, 0, form.comesInRed)).ssrc();
        SessionDescription offer = sending.peer.offer(io.now(), false);
        payloadType = form.comesInRed
                ? offer.media.stream().flatMap(media -> media.codecs.stream()).filter(Codec::isRed).findFirst().orElseThrow().payloadType()
                : codec.payloadType();
        var answer = done(publisher.answer(SdpWriter.write(offer)));
        sending.peer.accept(io.now(), SdpParser.parse(answer.sdp()));
        sending.peer.addCandidate(io.now(), candidate());
        for (int i = 1; i <= subscribers; i++) subscribe(plane, publisher, new Party(io, i, false, engine, certificate, random, takesRed(i)), i);
        for (long deadline = System.nanoTime() + 30_000_000_000L; !parties.stream().allMatch(party -> party.up); turn())
            if (System.nanoTime() - deadline > 0) throw new IllegalStateException("not all connections came up");
        flow = io.flow(Flow.Protocol.UDP, MemoryIo.ADDRESS, sending.address);
        io.measuring = true;
    }

    private boolean takesRed(int subscriber) {
        return (form.comesInRed || form.composed) && subscriber % 2 == 0;
    }

    private void subscribe(LoopMediaPlane plane, MediaPeer publisher, Party party, int number) throws Exception {
        parties.add(party);
        MediaPeer receiving = plane.open(Party.spec(number, PeerSpec.Role.SUBSCRIBER, takesRed(number)), party);
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

    /** To the batch of what has come, which {@link #deliver} hands over. */
    void arrive(byte[] packet, int length) {
        io.batch().add(flow, packet, 0, length);
    }

    void deliver() {
        io.deliver();
        io.batch().clear();
    }
}
