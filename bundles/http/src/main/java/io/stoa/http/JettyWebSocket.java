package io.stoa.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/** One WebSocket. Writes wait in a bounded queue, because Jetty takes one at a time. */
public final class JettyWebSocket implements Session.Listener.AutoDemanding, WebSocketPeer {
    private static final int MAX_QUEUED_BYTES = 32 << 20;

    /** One thing to write; exactly one of the fields is set, or none for a ping. */
    private record Outgoing(byte[] binary, String text, int closeCode, String closeReason) {
        int size() {
            return binary != null ? binary.length : text != null ? text.length() : 16;
        }
    }

    private final WebSocketListener listener;
    private final long maxMessageBytes;
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private Session session;
    private int queuedBytes;
    private boolean writing;
    private boolean closing;
    private boolean ended;

    JettyWebSocket(WebSocketListener listener, long maxMessageBytes) {
        this.listener = listener;
        this.maxMessageBytes = maxMessageBytes;
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        opened.setMaxBinaryMessageSize(maxMessageBytes);
        opened.setMaxTextMessageSize(maxMessageBytes);
        opened.setMaxFrameSize(maxMessageBytes);
        opened.setAutoFragment(true); // the limit is for what comes in: a longer answer goes out in parts
        opened.setIdleTimeout(java.time.Duration.ZERO);
        synchronized (this) {
            session = opened;
        }
        listener.opened(this);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        listener.binary(bytes);
        callback.succeed(); // the next frame may come
    }

    @Override
    public void onWebSocketText(String message) {
        listener.text(message);
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
        callback.succeed();
        end(code, reason == null ? "" : reason);
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        end(1006, String.valueOf(cause.getMessage()));
    }

    private void end(int code, String reason) {
        synchronized (this) {
            if (ended) return;
            ended = closing = true;
            queue.clear();
        }
        Thread.startVirtualThread(() -> listener.closed(code, reason)); // this may be within a write, under locks of whoever writes
    }

    @Override
    public Outcome send(byte[] binary) {
        return enqueue(new Outgoing(binary, null, 0, null));
    }

    @Override
    public Outcome send(String text) {
        return enqueue(new Outgoing(null, text, 0, null));
    }

    @Override
    public void ping() {
        enqueue(new Outgoing(null, null, 0, null));
    }

    @Override
    public void close(int code, String reason) {
        enqueue(new Outgoing(null, null, code, reason));
    }

    private Outcome enqueue(Outgoing outgoing) {
        boolean overrun;
        synchronized (this) {
            if (closing) return Outcome.CLOSED;
            overrun = queuedBytes + outgoing.size() > MAX_QUEUED_BYTES;
            if (overrun) {
                closing = true;
            } else {
                if (outgoing.closeCode != 0) closing = true;
                queue.add(outgoing);
                queuedBytes += outgoing.size();
                if (writing || session == null) return Outcome.QUEUED;
                writing = true;
            }
        }
        if (overrun) session.disconnect(); // the client does not read
        else writeNext();
        return overrun ? Outcome.OVERRUN : Outcome.QUEUED;
    }

    private void writeNext() {
        Outgoing next;
        synchronized (this) {
            next = queue.poll();
            if (next == null) {
                writing = false;
                return;
            }
            queuedBytes -= next.size();
        }
        Callback then = Callback.from(this::writeNext, failure -> end(1006, String.valueOf(failure.getMessage())));
        if (next.closeCode != 0) session.close(next.closeCode, next.closeReason, Callback.NOOP);
        else if (next.binary != null) session.sendBinary(ByteBuffer.wrap(next.binary), then);
        else if (next.text != null) session.sendText(next.text, then);
        else session.sendPing(ByteBuffer.allocate(0), then);
    }
}
