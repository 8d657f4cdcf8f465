package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerState;
import io.stoa.protocol.handover.BridgeMessage;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.rpc.RpcException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection between this node and another one, by which a participant of a room there is shown in a room here, or the other
 * way round. The media planes speak to each other as with clients; descriptions and candidates go over the bus, as does what is shown. It is
 * over when the other end says so, or when there has been no connection for a while. Lives on the mailbox of its room.
 */
abstract class Bridge {
    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
    /** Of the other end; a node has a handful. */
    static final int MOST_CANDIDATES = 64;
    /** Without a connection for so long it is over. */
    static final long PATIENCE_MILLIS = 15_000;
    /** The other end has closed the connection, and its reason should be here by then. */
    private static final long CLOSED_MILLIS = 2_000;

    final LiveRoomManager manager;
    final String id;
    /** At the other end. */
    final String node;
    private final Mailbox order;
    MediaPeer peer;
    private int candidates;
    private boolean connected;
    private long lostAt;
    private boolean unheard;
    private volatile boolean closed;

    Bridge(LiveRoomManager manager, String id, String node) {
        this.manager = manager;
        this.id = id;
        this.node = node;
        order = new Mailbox(id, manager::execute);
        lostAt = manager.pulse().millis();
    }

    /** The one at this end. Any thread. */
    abstract ActiveRoom room();

    /** The participant's identity, for logs. */
    abstract String who();

    /** Any thread. */
    abstract void post(Runnable task);

    /** What only one kind of end is told. */
    abstract void said(BridgeMessage message);

    /** The other end has ended it. */
    abstract void ended(DisconnectReason why, boolean again);

    /** It cannot go on. */
    abstract void broken();

    /** Now and then. */
    abstract void stillThere();

    /** Any thread: the room manager goes, and nothing happens on mailboxes any more. */
    abstract void abandon();

    boolean closed() {
        return closed;
    }

    boolean connected() {
        return connected;
    }

    /** @return false if it has closed before */
    boolean close() {
        if (closed) return false;
        leave();
        if (peer != null) peer.close();
        return true;
    }

    /**
     * The same, but media flow on for a while: the room that shows the participant is another node's now, and its clients are not there yet.
     *
     * @return false if it has closed before
     */
    boolean closeLater() {
        if (closed) return false;
        leave();
        manager.bridges().closeLater(peer);
        return true;
    }

    private void leave() {
        closed = true;
        manager.bridges().remove(this);
    }

    // -- the other end

    /** Any thread. */
    void heard(BridgeMessage message) {
        if (!message.getFrom().equals(node)) return;
        post(() -> {
            if (closed) return;
            switch (message.getMessageCase()) {
                case CANDIDATE -> candidate(message.getCandidate());
                case END -> ended(message.getEnd().getReason(), message.getEnd().getAgain());
                default -> said(message);
            }
        });
    }

    private void candidate(String line) {
        if (++candidates <= MOST_CANDIDATES) peer.addCandidate(line);
        else if (candidates == MOST_CANDIDATES + 1) LOG.warn("bridge of {} to node {}: more than {} candidates; further ones are ignored", who(), node, MOST_CANDIDATES);
    }

    /** A description with new credentials has candidates of its own. */
    void restarted() {
        candidates = 0;
    }

    /** In its order. What is lost is said again when the other end says how far it is. */
    void say(BridgeMessage.Builder message) {
        BridgeMessage said = message.setBridge(id).setFrom(manager.nodeId()).build();
        order.post(() -> {
            try {
                manager.bridges().say(node, said);
                unheard = false;
            } catch (RpcException e) {
                if (!unheard) LOG.warn("bridge of {}: node {} is not told what it should be: {}", who(), node, e.getMessage());
                unheard = true;
            }
        });
    }

    void sayEnd(DisconnectReason why, boolean again) {
        order.post(() -> manager.bridges().sayEnd(node, id, why, again));
    }

    /** Any thread. */
    void beat() {
        post(() -> {
            if (closed) return;
            if (!connected && room().millis() - lostAt >= PATIENCE_MILLIS) giveUp("no connection between the nodes");
            else stillThere();
        });
    }

    private void giveUp(String why) {
        LOG.warn("room {}: {} is no longer shown between this node and node {}: {}", room().name(), who(), node, why);
        broken();
    }

    // -- the connection

    private void state(PeerState state, String reason) {
        boolean before = connected;
        connected = state == PeerState.CONNECTED;
        if (before && !connected) lostAt = room().millis();
        switch (state) {
            case CONNECTED -> LOG.info("room {}: bridge of {} to node {} is connected", room().name(), who(), node);
            case DISCONNECTED, FAILED -> LOG.info("room {}: bridge of {} to node {}: {}", room().name(), who(), node, reason);
            case CLOSED_BY_CLIENT -> room().after(CLOSED_MILLIS, () -> {
                if (!closed) giveUp("the other node has closed the connection");
            });
            case CLOSED -> giveUp("the media plane has ended it");
            case NEW, CONNECTING -> {}
        }
        if (state == PeerState.DISCONNECTED || state == PeerState.FAILED) lost();
    }

    /** There is no connection, for now. */
    void lost() {}

    /** Hands on what the media plane says. */
    class Events implements PeerListener {
        void happens(Runnable task) {
            post(() -> {
                if (!closed) task.run();
            });
        }

        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            if (!candidate.isEmpty()) happens(() -> say(BridgeMessage.newBuilder().setCandidate(candidate)));
        }

        @Override
        public void stateChanged(PeerState state, String reason) {
            happens(() -> state(state, reason));
        }
    }
}
