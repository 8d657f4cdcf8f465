package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketLoop;
import io.stoa.peer.PacketOutbox;
import io.stoa.peer.PeerTools;
import io.stoa.srtp.SrtpEngine;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The clients' side of a {@link Rehearsal}, on a loop of its own. The next frame is sent when the one before has come to all, or is overdue. */
final class RehearsalGuests implements LoopHandler {
    private static final int OUTBOX_SLOTS = 64;
    private static final long OVERDUE = 20 * Time.MILLI;

    private final DtlsCertificate certificate;
    private final SecureRandom random;
    private final Supplier<KeyOperations> keys;
    private final List<RehearsalGuest> guests = new ArrayList<>();
    private final CompletableFuture<Void> performed = new CompletableFuture<>();
    private PacketLoop port;
    private PacketOutbox outbox;
    private int framesLeft;
    private long expected;
    private long nextFrameAt = Time.NEVER;
    private volatile long received;

    RehearsalGuests(DtlsCertificate certificate, SecureRandom random, Supplier<KeyOperations> keys) {
        this.certificate = certificate;
        this.random = random;
        this.keys = keys;
    }

    // -- any thread

    void post(Runnable task) {
        port.post(() -> {
            task.run();
            endTurn(port.now());
        });
    }

    <T> CompletableFuture<T> ask(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        post(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception | LinkageError | AssertionError e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /** When all are there. @return done when that many frames have been sent and have come */
    CompletableFuture<Void> perform(int frames) {
        post(() -> {
            framesLeft = frames;
            nextFrameAt = port.now();
        });
        return performed;
    }

    /** How many packets of media have come to those who receive. */
    long received() {
        return received;
    }

    // -- on the loop

    void srtp(SrtpEngine engine) {
        outbox.engine(engine);
    }

    RehearsalGuest invite(boolean publishes) {
        RehearsalGuest guest = new RehearsalGuest(this, port, new PeerTools(certificate, random, random, keys, outbox), guests.size(), publishes);
        guests.add(guest);
        return guest;
    }

    Void leave() {
        nextFrameAt = Time.NEVER;
        for (RehearsalGuest guest : guests) guest.peer().close(port.now());
        guests.clear();
        return null;
    }

    void packetReceived() {
        received++; // the loop's thread alone writes it
    }

    @Override
    public void attached(PacketLoop loop) {
        port = loop;
        outbox = new PacketOutbox(loop, OUTBOX_SLOTS);
    }

    @Override
    public void receive(long now, DatagramBatch batch) {
        for (int i = 0; i < batch.size; i++) {
            Flow flow = batch.flow[i];
            for (RehearsalGuest guest : guests) if (guest.isAt(flow.local)) guest.peer().receive(now, flow, batch.slab, batch.offset[i], batch.length[i]);
        }
        endTurn(now);
    }

    @Override
    public void flowClosed(long now, Flow flow) {} // nobody calls by TCP, and no flow gets old

    @Override
    public void wake(long now) {
        for (RehearsalGuest guest : guests) if (Time.due(guest.peer().nextWake(), now)) guest.peer().wake(now);
        endTurn(now);
    }

    @Override
    public long nextWake() {
        long next = nextFrameAt;
        for (RehearsalGuest guest : guests) next = Time.earlier(next, guest.peer().nextWake());
        return next;
    }

    @Override
    public boolean claims(String localUfrag) {
        return false;
    }

    private void endTurn(long now) {
        if (nextFrameAt != Time.NEVER && (received >= expected || Time.due(nextFrameAt, now))) nextFrame(now);
        for (RehearsalGuest guest : guests) guest.peer().flush(now);
        outbox.flush();
    }

    private void nextFrame(long now) {
        nextFrameAt = now + OVERDUE;
        for (RehearsalGuest guest : guests) if (!guest.isReady()) return;
        if (framesLeft-- == 0) {
            nextFrameAt = Time.NEVER;
            performed.complete(null);
            return;
        }
        expected = received;
        for (RehearsalGuest guest : guests) if (guest.publishes()) expected += (long) guest.frame(now) * (guests.size() - 1);
    }

    @Override
    public String toString() {
        return guests.stream().map(RehearsalGuest::toString).toList() + ", " + received + " packets have come";
    }
}
