package io.stoa.transport;

import io.netty.channel.ChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.stoa.base.Time;

/**
 * Reads again before a turn sends. While the first packet of a frame is rewritten and protected for a hundred subscribers, the others of
 * that frame arrive; read in the same turn, all of them leave for each subscriber by one send ({@link UdpSocket}). Where there is little
 * to do for a packet, the second look comes at once and finds nothing: it costs an empty system call and no time worth naming.
 */
final class TurnReader implements RecvByteBufAllocator {
    /** What may wait for another look; the one after the first read is always taken. */
    static final long LONGEST_WAIT = Time.MILLI;

    private final NettyLoop loop;
    private final FixedRecvByteBufAllocator buffers;

    /** @param bytes per read, for all datagrams of it */
    TurnReader(NettyLoop loop, int bytes) {
        this.loop = loop;
        buffers = new FixedRecvByteBufAllocator(bytes);
    }

    @Override
    public Handle newHandle() {
        return new Turn();
    }

    /** Of one socket. */
    private final class Turn extends DelegatingHandle implements ExtendedHandle {
        private long began;
        private int reads;

        Turn() {
            super(buffers.newHandle());
        }

        @Override
        public void reset(ChannelConfig config) {
            super.reset(config);
            began = System.nanoTime();
            reads = 0;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            loop.work();
            return ++reads == 1 || System.nanoTime() - began < LONGEST_WAIT;
        }
    }
}
