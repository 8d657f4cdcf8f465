package io.stoa.peer;

import io.stoa.base.DatagramSink;
import io.stoa.base.Flow;
import io.stoa.srtp.SrtpBatch;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;

/**
 * The media packets that one loop produces in a turn: hops 13 and 14. A packet is composed into a slot of the slab (the one copy per
 * subscriber), and the whole batch is protected in place and given to the sink at the end of the turn, or when the slab is full.
 */
public final class PacketOutbox {
    /** Room for the longest datagram that we accept, a larger header, and the authentication tag. */
    public static final int SLOT = 1_728;

    private final DatagramSink sink;
    private final byte[] slab;
    private final Flow[] flows;
    private final SrtpBatch batch;
    private SrtpEngine engine;
    private int size;

    public PacketOutbox(DatagramSink sink, int slots) {
        this.sink = sink;
        slab = new byte[slots * SLOT];
        flows = new Flow[slots];
        batch = new SrtpBatch(slab, slots);
    }

    /** Who protects from now on; what has been committed leaves by the engine before. */
    public void engine(SrtpEngine next) {
        flush();
        engine = next;
    }

    /** Who makes the contexts of new connections; null before there is one. */
    SrtpEngine engine() {
        return engine;
    }

    byte[] slab() {
        return slab;
    }

    /** Where the next packet is to be composed in {@link #slab}. */
    int begin() {
        if (size == flows.length) flush();
        return size * SLOT;
    }

    /** The packet composed at {@link #begin} is complete. */
    void commit(SrtpContext context, Flow flow, int length) {
        batch.add(context, size * SLOT, length);
        flows[size++] = flow;
    }

    /** Protects and sends everything; allocation-free as far as the engine is. */
    public void flush() {
        if (size == 0) return;
        engine.protect(batch);
        for (int i = 0; i < size; i++) {
            int length = batch.length(i);
            if (length > 0) sink.send(flows[i], slab, i * SLOT, length);
            flows[i] = null;
        }
        batch.clear();
        size = 0;
    }
}
