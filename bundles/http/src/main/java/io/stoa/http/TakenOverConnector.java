package io.stoa.http;

import io.stoa.room.ListeningSockets;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;

/**
 * Goes on with the listening socket of the connector before it, and leaves its own to the next one, so that nobody is refused in between.
 * Jetty's connector closes the socket with itself, whatever the way it was opened; this one accepts by itself.
 */
final class TakenOverConnector extends ServerConnector {
    private final Function<String, Optional<ServerSocketChannel>> predecessors;
    private ServerSocketChannel socket;
    private Selector selector;

    /** @param predecessors by address as in {@link ListeningSockets}: what listens there already, if something does */
    TakenOverConnector(Server server, HttpConnectionFactory factory, Function<String, Optional<ServerSocketChannel>> predecessors) {
        super(server, 1, 1, factory);
        this.predecessors = predecessors;
    }

    private String address() {
        return (getHost() == null ? "*" : getHost()) + ":" + getPort();
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selectSet, SelectionKey key) {
        SocketChannelEndPoint endPoint = new ReadingEndPoint(channel, selectSet, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    @Override
    public synchronized void open() throws IOException {
        if (socket != null) return;
        socket = predecessors.apply(address()).orElse(null);
        if (socket == null) socket = openAcceptChannel();
        socket.configureBlocking(false); // an interrupt of a thread that waits in accept would close it
        selector = Selector.open();
        socket.register(selector, SelectionKey.OP_ACCEPT);
    }

    @Override
    public void accept(int acceptor) throws IOException {
        if (!awaitConnection()) return;
        SocketChannel accepted = accepted();
        if (accepted == null) return;
        accepted.configureBlocking(false);
        configure(accepted.socket());
        getSelectorManager().accept(accepted);
    }

    private boolean awaitConnection() throws IOException {
        try {
            return selector.select(SelectionKey::isAcceptable) > 0;
        } catch (ClosedSelectorException closedMeanwhile) {
            return false;
        }
    }

    private synchronized SocketChannel accepted() throws IOException {
        return socket == null ? null : socket.accept();
    }

    /** From now on nobody is accepted here. @param paths that were answered here */
    void leave(ListeningSockets keeper, Collection<String> paths) {
        ServerSocketChannel mine = giveUp();
        if (mine != null) keeper.keep(address(), new ListeningSockets.Kept(mine, List.copyOf(paths)));
    }

    private synchronized ServerSocketChannel giveUp() {
        ServerSocketChannel mine = socket;
        socket = null;
        if (mine == null) return null;
        setAccepting(false);
        IO.close(selector); // its key must be gone before another selector has the socket
        return mine;
    }

    @Override
    public void close() {
        super.close();
        IO.close(giveUp());
    }

    @Override
    public synchronized boolean isOpen() {
        return socket != null && socket.isOpen();
    }

    @Override
    public synchronized int getLocalPort() {
        return socket == null ? -2 : socket.socket().getLocalPort();
    }

    @Override
    public synchronized Object getTransport() {
        return socket;
    }
}
