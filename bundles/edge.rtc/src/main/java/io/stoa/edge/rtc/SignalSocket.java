package io.stoa.edge.rtc;

import io.stoa.http.WebSocketListener;
import io.stoa.http.WebSocketPeer;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One client's signalling: responses of its session out, frames of its WebSocket in (spec 4.1).
 *
 * <p>It begins without a WebSocket: responses wait until {@link #opened}. Nothing here blocks: the WebSocket has a bounded queue of its
 * own and disconnects a client that does not read. Responses may come from any thread and are encoded under the lock, which keeps their
 * order; frames come one at a time.
 *
 * <p>The signal server may be replaced: {@link #follow} has the next one adopt the session, and while there is none, requests wait.
 *
 * <p>Speaks protobuf until the client sends a text frame, then JSON until it sends a binary one.
 */
final class SignalSocket implements SignalSink, WebSocketListener {
    /** More than a session can say before its WebSocket is open. */
    static final int MAX_WAITING = 1_000;
    /** More than a client says in the seconds without a signal server. */
    static final int MAX_HELD_REQUESTS = 1_000;
    static final int MAX_HELD_BYTES = 1 << 20;

    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int INVALID_PAYLOAD = 1007;

    private final RtcCounters counters;
    private final Consumer<SignalSocket> onGone;
    private final List<SignalResponse> waiting = new ArrayList<>();
    private WebSocketPeer peer;
    private boolean json;
    private boolean ended;
    private int closeCode;
    private String closeReason = "";
    private boolean gone;

    /** For what follows: which session is next, and the order of requests. Taken before the monitor, never after. */
    private final ReentrantLock inbound = new ReentrantLock();
    private final ArrayDeque<SignalRequest> held = new ArrayDeque<>();
    private int heldBytes;
    private StartSession start;
    private SignalServer server;
    private SignalSession session;
    /** The session knows, or nobody is there who would want to, that the WebSocket is gone. */
    private boolean over;

    /** @param onGone called once, when the WebSocket is gone and the session knows */
    SignalSocket(RtcCounters counters, Consumer<SignalSocket> onGone) {
        this.counters = counters;
        this.onGone = onGone;
    }

    /** The session has started; frames can come. */
    void begin(StartSession how, SignalServer with, SignalSession started) {
        inbound.lock();
        try {
            start = how.toBuilder().clearPublisherOffer().clearAddTrackRequests().build(); // done, and large
            server = with;
            session = started;
        } finally {
            inbound.unlock();
        }
    }

    // -- signal servers come and go

    /** Goes on with the signal server of the moment; while that is null, requests wait. */
    void follow(Supplier<SignalServer> servers) {
        inbound.lock();
        try {
            SignalServer next = servers.get();
            if (over || next == server) return;
            if (session != null) held.addAll(session.release());
            server = next;
            session = next == null ? null : next.adopt(start, this);
            if (session == null) return;
            for (SignalRequest request; (request = held.poll()) != null; ) session.receive(request);
            heldBytes = 0;
            if (isGone()) tellGone();
        } finally {
            inbound.unlock();
        }
    }

    /** No signal server came: the client may find one by itself. */
    void abandon() {
        inbound.lock();
        try {
            if (server != null) return;
            held.clear();
            end(GOING_AWAY, "");
            if (isGone()) tellGone();
        } finally {
            inbound.unlock();
        }
    }

    private void hold(SignalRequest request) {
        heldBytes += request.getSerializedSize();
        if (held.size() < MAX_HELD_REQUESTS && heldBytes <= MAX_HELD_BYTES) {
            held.add(request);
            return;
        }
        counters.count(RtcDrop.REQUESTS_OVERRUN);
        held.clear();
        end(GOING_AWAY, "");
    }

    // -- responses

    @Override
    public synchronized void send(SignalResponse response) {
        if (ended) return;
        if (peer != null) {
            write(response);
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(response);
        } else {
            counters.count(RtcDrop.RESPONSES_OVERRUN);
            end(GOING_AWAY, "too much to say");
        }
    }

    /** @return false if the WebSocket takes no more */
    private boolean write(SignalResponse response) {
        RtcDrop why = switch (json ? peer.send(SignalFrames.json(response)) : peer.send(response.toByteArray())) {
            case QUEUED -> null;
            case OVERRUN -> RtcDrop.RESPONSES_OVERRUN;
            case CLOSED -> RtcDrop.CLIENT_GONE;
        };
        if (why == null) {
            counters.response();
            return true;
        }
        counters.count(why);
        ended = true;
        return false;
    }

    @Override
    public void close() {
        end(NORMAL, "");
    }

    /** Closes after what was sent before; the participant stays and may resume. */
    synchronized void end(int code, String reason) {
        if (ended) return;
        ended = true;
        closeCode = code;
        closeReason = reason;
        if (peer != null) peer.close(code, reason);
    }

    synchronized void ping() {
        if (peer != null && !ended) peer.ping();
    }

    // -- the WebSocket

    @Override
    public synchronized void opened(WebSocketPeer open) {
        peer = open;
        for (SignalResponse response : waiting) if (!write(response)) break;
        waiting.clear();
        if (closeCode != 0) peer.close(closeCode, closeReason);
    }

    /** Whatever a request asks for is done by others. */
    @Override
    public boolean returnsAtOnce() {
        return true;
    }

    @Override
    public void binary(byte[] frame) {
        encoding(false);
        if (frame.length > 0) receive(SignalFrames.parse(frame), RtcDrop.REQUEST_NOT_PROTOBUF);
    }

    @Override
    public void text(String frame) {
        encoding(true);
        if (!frame.isEmpty()) receive(SignalFrames.parse(frame), RtcDrop.REQUEST_NOT_JSON);
    }

    private synchronized void encoding(boolean text) {
        json = text;
    }

    /**
     * Not under the monitor while the session works: it may answer from another thread at once. A client that leaves may have been told
     * to come back a moment before, because its media went first: that it leaves is heard as long as there is a WebSocket.
     */
    private void receive(SignalRequest request, RtcDrop otherwise) {
        if (request != null) counters.request();
        inbound.lock();
        try {
            if (isEnded() && (request == null || !request.hasLeave())) return;
            if (request == null) {
                counters.count(otherwise);
                end(INVALID_PAYLOAD, "malformed signal request");
            } else if (session == null) {
                hold(request);
            } else {
                session.receive(request);
            }
        } finally {
            inbound.unlock();
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    private synchronized boolean isGone() {
        return gone;
    }

    @Override
    public void closed(int code, String reason) {
        gone();
    }

    /** The WebSocket is gone, or never came. */
    void gone() {
        synchronized (this) {
            if (gone) return;
            gone = ended = true;
        }
        inbound.lock();
        try {
            if (server != null) tellGone(); // else the next one is told
        } finally {
            inbound.unlock();
        }
    }

    private void tellGone() {
        over = true;
        onGone.accept(this);
        if (session != null) session.closed();
    }
}
