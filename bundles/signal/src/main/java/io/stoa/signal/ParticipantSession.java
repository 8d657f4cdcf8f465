package io.stoa.signal;

import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.Pong;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket's session. It is attached to its participant, or looks for it: when it was adopted, or when the room manager is replaced.
 * Meanwhile requests wait, pings are answered. Calls of the edge, of the room and of looking come on different threads: one lock keeps
 * the order of requests.
 */
final class ParticipantSession implements SignalSession {
    private static final Logger LOG = LoggerFactory.getLogger(ParticipantSession.class);
    /** More than a client says while a room is handed over. */
    static final int MAX_WAITING = 1_000;
    static final int MAX_WAITING_BYTES = 1 << 20;
    /** Protocol from which a leave says what to do (spec 4.7). */
    private static final int ACTIONS = 13;

    private final RoomSignalServer server;
    private final StartSession start;
    private final SignalSink sink;
    private final ArrayDeque<SignalRequest> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private RoomManager manager;
    private RoomSession room;
    private boolean looking;
    private boolean closed;
    private boolean over;
    private volatile ScheduledFuture<?> refreshing;

    ParticipantSession(RoomSignalServer server, StartSession start, SignalSink sink) {
        this.server = server;
        this.start = start.toBuilder().clearPublisherOffer().clearAddTrackRequests().build(); // done, and large
        this.sink = sink;
    }

    /** The room has let the participant in, or back in, or has refused it. */
    synchronized void begin(RoomManager from, RoomSession with) {
        manager = from;
        room = with;
        keepTokensFresh(with);
    }

    // -- from the edge

    @Override
    public void receive(SignalRequest request) {
        switch (request.getMessageCase()) {
            case PING -> sink.send(SignalResponse.newBuilder().setPong(System.currentTimeMillis()).build());
            case PING_REQ -> sink.send(SignalResponse.newBuilder()
                    .setPongResp(Pong.newBuilder()
                            .setLastPingTimestamp(request.getPingReq().getTimestamp())
                            .setTimestamp(System.currentTimeMillis()))
                    .build());
            default -> {} // the room's
        }
        synchronized (this) {
            if (over) return;
            if (room != null && waiting.isEmpty() && room.receive(request)) return; // as long as it takes it, even if another one is looked for
            hold(request);
        }
        follow();
    }

    private void hold(SignalRequest request) {
        waitingBytes += request.getSerializedSize();
        if (waiting.size() < MAX_WAITING && waitingBytes <= MAX_WAITING_BYTES) {
            waiting.add(request);
            return;
        }
        LOG.warn("{} in room {} says more than can wait while its room is handed over: it is to come back", start.getIdentity(), start.getRoomName());
        waiting.clear();
        sink.close();
    }

    @Override
    public void closed() {
        synchronized (this) {
            closed = true;
            stopRefreshing();
            if (!over && room != null && waiting.isEmpty() && room.signalClosed()) end();
        }
        follow();
    }

    @Override
    public synchronized List<SignalRequest> release() {
        stopRefreshing();
        end();
        List<SignalRequest> left = List.copyOf(waiting);
        waiting.clear();
        return left;
    }

    private void end() {
        over = true;
        server.ended(this);
    }

    // -- to the next room manager

    /** Makes sure that somebody looks for the participant, if it is not attached to what is now. Never blocks. */
    void follow() {
        synchronized (this) {
            if (over || looking || attached()) return;
            looking = true;
        }
        server.execute(this::look);
    }

    private boolean attached() {
        return room != null && manager == server.rooms() && waiting.isEmpty() && !closed;
    }

    private void look() {
        long until = System.nanoTime() + server.patience().session().toNanos();
        try {
            while (!server.stopped()) {
                Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
                RoomManager next = server.awaitRooms(left);
                if (next != null && attach(next)) return;
                if (left.isZero()) {
                    giveUp();
                    return;
                }
                Thread.sleep(server.patience().pause());
            }
        } catch (RoomException | InterruptedException e) {
            LOG.debug("no more looking for {}: {}", start.getIdentity(), e.getMessage());
        }
    }

    /** @return false if the room manager cannot say yet */
    private boolean attach(RoomManager next) {
        RoomSession found;
        try {
            found = next.reattach(start, sink);
        } catch (RoomException e) {
            LOG.debug("{} waits for its room: {}", start.getIdentity(), e.getMessage());
            return false;
        }
        synchronized (this) {
            if (over) return true;
            manager = next;
            room = found;
            while (!waiting.isEmpty() && found.receive(waiting.peek())) waiting.poll();
            if (!waiting.isEmpty()) return false; // and on to the one after that
            waitingBytes = 0;
            if (closed && !found.signalClosed()) return false;
            looking = false;
            if (closed) end();
            else keepTokensFresh(found);
        }
        follow();
        return true;
    }

    /** Nobody took the room over in time, or nobody can. A session whose room lives where it did goes on. */
    private void giveUp() {
        synchronized (this) {
            looking = false;
            if (over) return;
            boolean lives = room != null && room.open() && waiting.isEmpty() && !closed;
            if (lives) return;
            end();
        }
        LOG.warn("{} in room {} has lost its room: it is to come back", start.getIdentity(), start.getRoomName());
        LeaveRequest.Builder leave = LeaveRequest.newBuilder().setReason(DisconnectReason.STATE_MISMATCH);
        if (start.getClient().getProtocol() >= ACTIONS) leave.setAction(LeaveRequest.Action.RECONNECT);
        else leave.setCanReconnect(true);
        sink.send(SignalResponse.newBuilder().setLeave(leave).build());
        sink.close();
    }

    // -- tokens

    private void keepTokensFresh(RoomSession with) {
        if (closed || !with.open()) return;
        refresh();
        with.onGrantsChanged(this::refresh);
        if (refreshing == null) refreshing = server.refreshing(this::refresh);
    }

    private void refresh() {
        RoomSession with;
        synchronized (this) {
            with = room;
            if (closed || over || with == null) return;
        }
        if (with.open()) server.token(with, start.getTokenExpiresAt()).ifPresent(token -> sink.send(SignalResponse.newBuilder().setRefreshToken(token).build()));
    }

    private void stopRefreshing() {
        ScheduledFuture<?> task = refreshing;
        if (task != null) task.cancel(false);
    }
}
