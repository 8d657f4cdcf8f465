package io.stoa.media.plane;

import io.stoa.media.PacketLoop;
import io.stoa.rtp.RtpView;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongConsumer;

/**
 * What one media loop hands to one other: packets of tracks that have subscribers there. They are copied into a batch that leaves at
 * the end of the giving loop's turn, and come back empty: after a while nothing is allocated but the task that wakes the other loop.
 *
 * <p>Bounded: if the other loop is so far behind that {@link #BATCHES} are full, packets are left out; its subscribers see them as lost.
 * Whatever must not be lost is posted, behind what was handed over before.
 */
final class HandOff {
    static final int BATCHES = 256;
    private static final int ENTRIES = 32;
    private static final int SLAB = 16 << 10;
    private static final int REPORT = -1;

    /** Entries of one turn. Belongs to the loop that has it in hand. */
    private static final class Batch {
        final MirrorTrack[] mirror = new MirrorTrack[ENTRIES];
        final int[] layer = new int[ENTRIES];
        final int[] epoch = new int[ENTRIES];
        /** Of a packet the index, of a report the NTP time. */
        final long[] number = new long[ENTRIES];
        final long[] at = new long[ENTRIES];
        /** Of a packet where it begins, of a report its RTP timestamp. */
        final int[] offset = new int[ENTRIES];
        /** {@link #REPORT}, or of a packet. */
        final int[] length = new int[ENTRIES];
        final byte[] slab = new byte[SLAB];
        int size;
        int used;
    }

    /** One loop adds, one takes. */
    private static final class Ring {
        private final AtomicReferenceArray<Batch> slots = new AtomicReferenceArray<>(BATCHES);
        private int adds;
        private int takes;

        void add(Batch batch) {
            slots.set(adds++ & BATCHES - 1, batch);
        }

        /** @return null if there is none */
        Batch take() {
            int at = takes & BATCHES - 1;
            Batch batch = slots.get(at);
            if (batch == null) return null;
            slots.set(at, null);
            takes++;
            return batch;
        }
    }

    private final MediaLoop to;
    private final PacketLoop port;
    private final Ring full = new Ring();
    private final Ring empty = new Ring();
    private final AtomicBoolean called = new AtomicBoolean();
    private final Runnable call = this::take;
    private final RtpView view = new RtpView();
    private Batch filling;
    private int made;

    HandOff(MediaLoop to, PacketLoop port) {
        this.to = to;
        this.port = port;
    }

    MediaLoop to() {
        return to;
    }

    // -- the giving loop

    /** @return false if the other loop is too far behind */
    boolean packet(MirrorTrack mirror, long now, int layer, long index, int epoch, RtpView packet) {
        Batch batch = room(packet.length());
        if (batch == null) return false;
        System.arraycopy(packet.bytes(), packet.offset(), batch.slab, batch.used, packet.length());
        int entry = entry(batch, mirror, now, layer, index);
        batch.epoch[entry] = epoch;
        batch.offset[entry] = batch.used;
        batch.length[entry] = packet.length();
        batch.used += packet.length();
        return true;
    }

    /** A sender report; the next one comes soon, should this one find no place. */
    void report(MirrorTrack mirror, long now, int layer, long ntp, int timestamp) {
        Batch batch = room(0);
        if (batch == null) return;
        int entry = entry(batch, mirror, now, layer, ntp);
        batch.offset[entry] = timestamp;
        batch.length[entry] = REPORT;
    }

    private static int entry(Batch batch, MirrorTrack mirror, long now, int layer, long number) {
        int entry = batch.size++;
        batch.mirror[entry] = mirror;
        batch.at[entry] = now;
        batch.layer[entry] = layer;
        batch.number[entry] = number;
        return entry;
    }

    private Batch room(int bytes) {
        if (filling != null && (filling.size == ENTRIES || filling.used + bytes > SLAB)) ship();
        if (filling == null) filling = empty.take();
        if (filling == null && made < BATCHES) {
            made++;
            filling = new Batch();
        }
        return filling;
    }

    /** The end of a turn. */
    void ship() {
        if (filling == null || filling.size == 0) return;
        full.add(filling);
        filling = null;
        if (called.compareAndSet(false, true)) port.post(call);
    }

    /** Happens on the other loop behind all that was handed over, unless the mirror is over by then. */
    void post(MirrorTrack mirror, LongConsumer change) {
        ship();
        to.post(() -> {
            if (!mirror.over()) change.accept(to.now());
        });
    }

    // -- the taking loop

    private void take() {
        called.set(false);
        long now = port.now();
        for (Batch batch; (batch = full.take()) != null; ) {
            for (int i = 0; i < batch.size; i++) take(now, batch, i);
            Arrays.fill(batch.mirror, 0, batch.size, null);
            batch.size = batch.used = 0;
            empty.add(batch);
        }
        to.endTurn(now);
    }

    private void take(long now, Batch batch, int i) {
        MirrorTrack mirror = batch.mirror[i];
        if (mirror.over()) return;
        int layer = batch.layer[i];
        if (batch.length[i] == REPORT) {
            mirror.senderReport(batch.at[i], layer, batch.number[i], batch.offset[i]);
            return;
        }
        if (view.set(batch.slab, batch.offset[i], batch.length[i]) != null) return; // it has been looked at before, so this cannot be
        mirror.epoch(layer, batch.epoch[i]);
        if (view.payloadLength() == 0) mirror.padding(now, layer, batch.number[i], view);
        else mirror.packet(now, batch.at[i], layer, batch.number[i], view);
    }
}
