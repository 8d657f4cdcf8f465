package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.PacketIo;
import io.stoa.srtp.SrtpEngine;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When there is a {@link Rehearsal}: a moment after both engines are there, each time that one has been replaced, until the first guest comes. */
final class Rehearsals {
    /** {@code -Dstoa.media.rehearsal=false}: none. */
    static final String PROPERTY = "stoa.media.rehearsal";
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsals.class);

    /** The start of a server needs the cores itself, and another engine may be on its way. */
    private static final long AFTER = Time.SECOND;

    private final PacketIo io;
    private final Supplier<KeyOperations> keys;
    private ForwardingEngine forwarding;
    private SrtpEngine srtp;
    private Thread running;
    private volatile boolean over;

    /** @param wanted false: there is none, ever */
    Rehearsals(PacketIo io, Supplier<KeyOperations> keys, boolean wanted) {
        this.io = io;
        this.keys = keys;
        over = !wanted || !allowed();
    }

    private static boolean allowed() {
        String word = System.getProperty(PROPERTY, "true");
        if (!word.equals("true") && !word.equals("false")) LOG.warn("{} is '{}', allowed are true and false; there are rehearsals", PROPERTY, word);
        return !word.equals("false");
    }

    synchronized void with(ForwardingEngine engine) {
        stop();
        forwarding = engine;
        start();
    }

    synchronized void with(SrtpEngine engine) {
        stop();
        srtp = engine;
        start();
    }

    /** Returns when nothing of it is used here any more. */
    synchronized void without(ForwardingEngine gone) {
        if (forwarding != gone) return;
        stop();
        forwarding = null;
    }

    /** The same. */
    synchronized void without(SrtpEngine gone) {
        if (srtp != gone) return;
        stop();
        srtp = null;
    }

    /** Somebody comes: whose packets warm the code themselves. Any thread; does not wait. */
    void guestCame() {
        over = true;
    }

    synchronized void close() {
        over = true;
        stop();
    }

    private void start() {
        if (over || forwarding == null || srtp == null) return;
        ForwardingEngine first = forwarding;
        SrtpEngine second = srtp;
        running = Thread.ofPlatform().name("media-rehearsal").daemon().start(() -> rehearse(first, second));
    }

    private void stop() {
        if (running == null) return;
        running.interrupt();
        try {
            running.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running = null;
    }

    private void rehearse(ForwardingEngine first, SrtpEngine second) {
        try {
            TimeUnit.NANOSECONDS.sleep(AFTER);
            if (over) return;
            long begun = System.nanoTime();
            long packets = new Rehearsal(io, first, second, keys, () -> over).play();
            LOG.info("rehearsed with {} packets in {} ms", packets, (System.nanoTime() - begun) / Time.MILLI);
            if (!over) System.gc(); // what it leaves would stay until a call makes as much again
        } catch (IOException e) {
            LOG.info("no rehearsal: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // another engine, or none
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("a rehearsal failed; calls do without it", e);
        }
    }
}
