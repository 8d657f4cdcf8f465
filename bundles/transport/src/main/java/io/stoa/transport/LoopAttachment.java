package io.stoa.transport;

import io.netty.util.concurrent.Future;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo.Attachment;
import io.stoa.media.PacketLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Loops while somebody has them. */
final class LoopAttachment implements Attachment {
    private final List<NettyLoop> loops;
    private final Consumer<Runnable> ending;

    /**
     * Returns when every handler has its loop.
     *
     * @param ending runs what takes the loops away from their handlers
     */
    LoopAttachment(List<NettyLoop> loops, IntFunction<LoopHandler> handlers, Consumer<Runnable> ending) {
        this.loops = loops;
        this.ending = ending;
        List<Future<?>> attaching = new ArrayList<>();
        for (NettyLoop loop : loops) attaching.add(loop.attach(handlers.apply(loop.index())));
        for (Future<?> done : attaching) done.syncUninterruptibly();
    }

    @Override
    public PacketLoop loop(int index) {
        return loops.get(index);
    }

    @Override
    public void close() {
        ending.accept(this::detach);
    }

    private void detach() {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (NettyLoop loop : loops)
            loop.eventLoop().execute(() -> {
                loop.detach();
                done.countDown();
            });
        try {
            done.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
