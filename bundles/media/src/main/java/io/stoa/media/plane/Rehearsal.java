package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.PacketIo;
import io.stoa.media.PeerSpec;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.srtp.SrtpEngine;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A call over loopback, so that the packets of the first guests meet code that has been compiled: one who publishes video and sound, and some who
 * receive it. All hops are those of a real call, with the engines of the day, but it has a media loop and sockets of its own, and nothing that is
 * counted or shown knows of it.
 */
final class Rehearsal {
    static final int SUBSCRIBERS = 4;
    static final int FRAMES = 1_500;
    private static final String ROOM = "RM_rehearsal";
    private static final long LOOK = 2 * Time.MILLI;
    private static final long SECONDS = 10;

    private final PacketIo io;
    private final ForwardingEngine forwarding;
    private final SrtpEngine srtp;
    private final MediaLoop loop;
    private final RehearsalGuests guests;
    private final BooleanSupplier disturbed;
    private final List<LoopPeer> hosts = new ArrayList<>();

    /** @param disturbed whether it is to end early */
    Rehearsal(PacketIo io, ForwardingEngine forwarding, SrtpEngine srtp, Supplier<KeyOperations> keys, BooleanSupplier disturbed) {
        this.io = io;
        this.forwarding = forwarding;
        this.srtp = srtp;
        this.disturbed = disturbed;
        SecureRandom random = new SecureRandom();
        DtlsCertificate certificate = DtlsCertificate.generate(random, Instant.now());
        loop = new MediaLoop(certificate, random, random, keys);
        guests = new RehearsalGuests(certificate, random, keys);
    }

    /**
     * Any thread but that of a media loop; returns when nothing of it is left.
     *
     * @return how many packets have arrived at those who receive
     * @throws IOException if there are no sockets for it
     * @throws IllegalStateException if the call does not come about
     */
    long play() throws IOException, InterruptedException {
        try (PacketIo.Attachment here = io.rehearsal().attach(index -> loop); PacketIo.Attachment there = io.rehearsal().attach(index -> guests)) {
            loop.post(() -> {
                loop.engine(forwarding);
                loop.srtp(srtp);
            });
            guests.post(() -> guests.srtp(srtp));
            try {
                call();
            } finally {
                hosts.forEach(LoopPeer::close);
                guests.ask(guests::leave).join();
            }
        } finally {
            loop.gone();
        }
        return guests.received();
    }

    private void call() throws InterruptedException {
        RehearsalGuest publisher = guests.ask(() -> guests.invite(true)).join();
        LoopPeer publishing = host(publisher, PeerSpec.Role.PUBLISHER);
        publishing.expect(RehearsalGuest.VIDEO);
        publishing.expect(RehearsalGuest.SOUND);
        if (!done(guests.ask(publisher::offer)
                .thenCompose(offer -> publishing.answer(offer).toCompletableFuture())
                .thenCompose(answer -> guests.ask(() -> publisher.accept(answer.sdp()))))) return;
        for (int i = 0; i < SUBSCRIBERS; i++) {
            RehearsalGuest subscriber = guests.ask(() -> guests.invite(false)).join();
            LoopPeer receiving = host(subscriber, PeerSpec.Role.SUBSCRIBER);
            receiving.subscribe(publishing, new SubscriptionSpec(RehearsalGuest.VIDEO.trackSid(), ROOM, TrackPreference.EVERYTHING));
            receiving.subscribe(publishing, new SubscriptionSpec(RehearsalGuest.SOUND.trackSid(), ROOM, TrackPreference.EVERYTHING));
            if (!done(receiving.offer(false).toCompletableFuture()
                    .thenCompose(offer -> guests.ask(() -> subscriber.answer(offer)))
                    .thenCompose(answer -> receiving.acceptAnswer(answer).toCompletableFuture()))) return;
        }
        done(guests.perform(FRAMES));
    }

    /** The server's side of a guest's connection. */
    private LoopPeer host(RehearsalGuest guest, PeerSpec.Role role) {
        LoopPeer peer = new LoopPeer(loop, new PeerSpec(ROOM, guest.name(), guest.name(), role, List.of(), false, false, false), guest.listener(), ConnectionState.getDefaultInstance(), null, () -> {});
        hosts.add(peer);
        loop.post(peer::begin);
        return peer;
    }

    /** @return false if it is to end early */
    private boolean done(CompletableFuture<?> stage) throws InterruptedException {
        long deadline = System.nanoTime() + SECONDS * Time.SECOND;
        while (!stage.isDone()) {
            if (disturbed.getAsBoolean()) return false;
            if (System.nanoTime() - deadline > 0) throw new IllegalStateException("no call within " + SECONDS + " s: " + guests);
            TimeUnit.NANOSECONDS.sleep(LOOK);
        }
        stage.join();
        return true;
    }
}
