package io.stoa.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Jetty has another thread read what has come, because whoever gets it may wait for something. A WebSocket whose listener never does is read by the thread that
 * found it readable: most of what comes are pings, and a thread that is woken costs more than the answer.
 */
final class ReadingEndPoint extends SocketChannelEndPoint {
    private volatile boolean atOnce;

    ReadingEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /** From the next arrival on. */
    void readAtOnce() {
        atOnce = true;
    }

    @Override
    public Runnable onSelected() {
        Runnable task = super.onSelected();
        return atOnce && task != null ? Invocable.from(Invocable.InvocationType.NON_BLOCKING, task) : task;
    }
}
