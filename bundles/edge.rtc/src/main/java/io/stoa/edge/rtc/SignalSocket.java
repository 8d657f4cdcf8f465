package io.stoa.edge.rtc;

import io.stoa.http.WebSocketListener;
import io.stoa.http.WebSocketPeer;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One client's signalling: responses of its session out, frames of its WebSocket in (spec 4.1).
 *
 * <p>It begins without a WebSocket: responses wait until {@link #opened}. Nothing here blocks: the WebSocket has a bounded queue of its
 * own and disconnects a client that does not read. Responses may come from any thread and are encoded under the lock, which keeps their
 * order; frames come one at a time.
 *
 * <p>Speaks protobuf until the client sends a text frame, then JSON until it sends a binary one.
 */
final class SignalSocket implements SignalSink, WebSocketListener {
    /** More than a session can say before its WebSocket is open. */
    static final int MAX_WAITING = 1_000;

    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int INVALID_PAYLOAD = 1007;

    private final RtcCounters counters;
    private final Consumer<SignalSocket> onGone;
    private final List<SignalResponse> waiting = new ArrayList<>();
    private SignalSession session;
    private WebSocketPeer peer;
    private boolean json;
    private boolean ended;
    private int closeCode;
    private String closeReason = "";
    private boolean gone;

    /** @param onGone called once, when the WebSocket is gone */
    SignalSocket(RtcCounters counters, Consumer<SignalSocket> onGone) {
        this.counters = counters;
        this.onGone = onGone;
    }

    /** The session has started; frames can come. */
    synchronized void begin(SignalSession started) {
        session = started;
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
        if (why == null) return true;
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

    /** Not under the lock while the session works: it may answer from another thread at once. */
    private void receive(SignalRequest request, RtcDrop otherwise) {
        SignalSession to;
        synchronized (this) {
            if (ended) return;
            to = session;
        }
        if (request == null) {
            counters.count(otherwise);
            end(INVALID_PAYLOAD, "malformed signal request");
        } else {
            to.receive(request);
        }
    }

    @Override
    public void closed(int code, String reason) {
        gone();
    }

    /** The WebSocket is gone, or never came. */
    void gone() {
        SignalSession last;
        synchronized (this) {
            if (gone) return;
            gone = ended = true;
            last = session;
        }
        onGone.accept(this);
        if (last != null) last.closed();
    }
}
