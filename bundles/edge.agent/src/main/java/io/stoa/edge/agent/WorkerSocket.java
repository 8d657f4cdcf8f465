package io.stoa.edge.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.agent.AgentServer.WorkerSession;
import io.stoa.agent.WorkerSink;
import io.stoa.agent.WorkerSpec;
import io.stoa.http.WebSocketListener;
import io.stoa.http.WebSocketPeer;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.WorkerMessage;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's WebSocket. Speaks protobuf until the worker sends a text frame, then JSON until it sends a binary one. While it has no session,
 * what the worker says waits.
 */
final class WorkerSocket implements WorkerSink, WebSocketListener {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerSocket.class);
    /** More than a worker says in the seconds without an agent server. */
    static final int MAX_HELD = 1_000;
    static final int MAX_HELD_BYTES = 1 << 20;

    static final int GOING_AWAY = 1001;
    static final int INVALID_PAYLOAD = 1007;
    static final int POLICY = 1008;

    private final WorkerSpec spec;
    private final Consumer<WorkerSocket> onOpen;
    private final Consumer<WorkerSocket> onGone;
    private final ArrayDeque<WorkerMessage> held = new ArrayDeque<>();
    private int heldBytes;
    private WorkerSession session;
    private String id = "";
    private volatile WebSocketPeer peer;
    private volatile boolean json;
    private volatile boolean ended;

    /** @param onOpen and @param onGone called once each */
    WorkerSocket(WorkerSpec spec, Consumer<WorkerSocket> onOpen, Consumer<WorkerSocket> onGone) {
        this.spec = spec;
        this.onOpen = onOpen;
        this.onGone = onGone;
    }

    WorkerSpec spec() {
        return spec;
    }

    /** As the first session had it; empty before. */
    synchronized String id() {
        return id;
    }

    // -- sessions come and go

    synchronized void follow(WorkerSession next) {
        session = next;
        id = next.id();
        for (WorkerMessage message; (message = held.poll()) != null; ) next.receive(message);
        heldBytes = 0;
    }

    synchronized void hold() {
        session = null;
    }

    private synchronized void receive(WorkerMessage message) {
        if (ended) return;
        if (session != null) {
            session.receive(message);
            return;
        }
        heldBytes += message.getSerializedSize();
        if (held.size() < MAX_HELD && heldBytes <= MAX_HELD_BYTES) held.add(message);
        else end(GOING_AWAY, "too much to say while there is no agent server");
    }

    // -- to the worker

    @Override
    public void send(ServerMessage message) {
        WebSocketPeer to = peer;
        if (ended || to == null) return;
        WebSocketPeer.Outcome outcome = json ? to.send(WorkerFrames.json(message)) : to.send(message.toByteArray());
        if (outcome == WebSocketPeer.Outcome.OVERRUN) LOG.warn("agent worker at {} does not read: it is cut off", spec.address());
    }

    @Override
    public void close(String reason) {
        end(POLICY, reason);
    }

    void end(int code, String reason) {
        ended = true;
        WebSocketPeer to = peer;
        if (to != null) to.close(code, reason);
    }

    void ping() {
        WebSocketPeer to = peer;
        if (to != null && !ended) to.ping();
    }

    // -- the WebSocket

    @Override
    public void opened(WebSocketPeer open) {
        peer = open;
        onOpen.accept(this);
    }

    @Override
    public void binary(byte[] frame) {
        json = false;
        try {
            receive(WorkerFrames.parse(frame));
        } catch (InvalidProtocolBufferException e) {
            malformed("no protobuf");
        }
    }

    @Override
    public void text(String frame) {
        json = true;
        try {
            receive(WorkerFrames.parse(frame));
        } catch (InvalidProtocolBufferException e) {
            malformed("no JSON");
        }
    }

    private void malformed(String what) {
        if (ended) return;
        LOG.warn("agent worker at {} is sent away: what it says is {} of a WorkerMessage", spec.address(), what);
        end(INVALID_PAYLOAD, "malformed worker message");
    }

    @Override
    public void closed(int code, String reason) {
        ended = true;
        onGone.accept(this);
    }

    /** Its session, if it has one, is told that the WebSocket is gone. */
    synchronized void gone() {
        if (session != null) session.closed();
        session = null;
    }
}
