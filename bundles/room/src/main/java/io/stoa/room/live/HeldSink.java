package io.stoa.room.live;

import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.room.SignalSink;
import java.util.ArrayDeque;

/** Stands for a signalling connection until its session has found the participant again: what it is told waits. On the room's mailbox. */
final class HeldSink implements SignalSink {
    /** More than is said in the seconds that this takes. */
    static final int MAX_WAITING = 1_000;

    private final ArrayDeque<SignalResponse> waiting = new ArrayDeque<>();
    private boolean closed;

    @Override
    public void send(SignalResponse response) {
        if (closed) return;
        if (waiting.size() < MAX_WAITING) {
            waiting.add(response);
            return;
        }
        waiting.clear(); // the client is to come back rather than to miss something
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
    }

    void attach(SignalSink to) {
        for (SignalResponse response; (response = waiting.poll()) != null; ) to.send(response);
        if (closed) to.close();
    }
}
