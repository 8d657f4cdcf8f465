package io.stoa.simulation;

import io.stoa.base.TransportAddress;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Packet input and output on the virtual network: one address per loop. */
final class HandIo implements PacketIo {
    final List<HandLoop> loops = new ArrayList<>();
    private boolean attached;

    HandIo(VirtualNet net, int count) {
        this(net, "192.0.2.1", count);
    }

    HandIo(VirtualNet net, String host, int count) {
        for (int i = 0; i < count; i++) {
            HandLoop loop = new HandLoop(net, i, TransportAddress.of(host, 7_882 + i));
            loops.add(loop);
            net.add(loop);
        }
    }

    int flows() {
        return loops.stream().mapToInt(loop -> loop.flows().size()).sum();
    }

    @Override
    public String name() {
        return "by hand";
    }

    @Override
    public int loops() {
        return loops.size();
    }

    @Override
    public Attachment attach(IntFunction<LoopHandler> handlers) {
        if (attached) throw new IllegalStateException("somebody is attached");
        attached = true;
        for (HandLoop loop : loops) loop.attach(handlers.apply(loop.index()));
        return new Attachment() {
            @Override
            public PacketLoop loop(int index) {
                return loops.get(index);
            }

            @Override
            public void close() {
                attached = false;
                for (HandLoop loop : loops) loop.detach();
            }
        };
    }
}
