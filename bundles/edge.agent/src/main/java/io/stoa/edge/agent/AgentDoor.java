package io.stoa.edge.agent;

import io.stoa.agent.AgentServer;
import io.stoa.agent.AgentServer.WorkerSession;
import io.stoa.agent.WorkerSink;
import io.stoa.agent.WorkerSpec;
import io.stoa.auth.Claims;
import io.stoa.http.HttpExchange;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets workers in, keeps account of them, and brings them from one agent server to the next. */
final class AgentDoor {
    private static final Logger LOG = LoggerFactory.getLogger(AgentDoor.class);
    private static final byte[] NOTHING = {};
    private static final int PROTOCOL = 1;

    private final IntSupplier maxMessageBytes;
    private final Set<WorkerSocket> open = new LinkedHashSet<>();
    private AgentServer server;
    private byte[] left = NOTHING;

    AgentDoor(IntSupplier maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    void connect(HttpExchange exchange) {
        if (!exchange.isWebSocket()) {
            exchange.respond(404, null, new byte[0]);
            return;
        }
        Claims claims = exchange.claims().orElse(null);
        if (claims == null || claims.video() == null || !claims.video().agent()) {
            exchange.respond(401, "no permissions to access the room");
            return;
        }
        if (absent()) {
            exchange.respond(503, "agents are not available: the bundle service.agent or something that it needs is missing");
            return;
        }
        if (!takesWorkers()) {
            exchange.respond(503, "this node drains: workers are to go to another one");
            return;
        }
        var spec = new WorkerSpec(claims.apiKey(), protocol(exchange.query("protocol")), exchange.clientAddress());
        exchange.upgrade(new WorkerSocket(spec, this::enter, this::gone), maxMessageBytes.getAsInt());
    }

    private static int protocol(String asked) {
        try {
            return asked == null ? PROTOCOL : Integer.parseInt(asked);
        } catch (NumberFormatException e) {
            return PROTOCOL;
        }
    }

    private synchronized boolean absent() {
        return server == null;
    }

    private synchronized boolean takesWorkers() {
        return server == null || server.takesWorkers();
    }

    private synchronized void enter(WorkerSocket socket) {
        open.add(socket);
        if (server != null) socket.follow(server.open(socket.spec(), socket));
    }

    private synchronized void gone(WorkerSocket socket) {
        open.remove(socket);
        socket.gone();
    }

    /** Goes on with another agent server; null: with none for now. */
    synchronized void follow(AgentServer next) {
        if (next == server) return;
        if (server != null) {
            open.forEach(WorkerSocket::hold);
            left = released(server);
        }
        server = next;
        if (next == null) return;
        Map<String, WorkerSink> sinks = new HashMap<>();
        for (WorkerSocket socket : open) if (!socket.id().isEmpty()) sinks.put(socket.id(), socket);
        Map<String, WorkerSession> sessions = next.begin(left, sinks);
        left = NOTHING;
        for (WorkerSocket socket : open) {
            WorkerSession session = sessions.get(socket.id());
            socket.follow(session != null ? session : next.open(socket.spec(), socket));
        }
    }

    private static byte[] released(AgentServer server) {
        try {
            return server.release();
        } catch (IllegalStateException e) {
            LOG.error("what is known of agents is lost: the agent server that goes does not say it", e);
            return NOTHING;
        }
    }

    synchronized boolean serves(AgentServer one) {
        return server == one;
    }

    /** No agent server has come for too long: workers may find one by themselves. What was left is kept for rooms that live. */
    synchronized void abandon() {
        if (server != null) return;
        if (!open.isEmpty()) LOG.warn("{} agent workers are sent away: no agent server came to go on with them", open.size());
        open.forEach(socket -> socket.end(WorkerSocket.GOING_AWAY, ""));
    }

    synchronized void ping() {
        open.forEach(WorkerSocket::ping);
    }

    /** Workers come back by the next one, which may be open already. The agent server stays in charge of its rooms. */
    synchronized void close() {
        open.forEach(socket -> socket.end(WorkerSocket.GOING_AWAY, ""));
        open.forEach(WorkerSocket::gone);
        open.clear();
        server = null;
        if (left.length > 0) LOG.warn("what was known of agents is lost: no agent server has taken it over before bundle edge.agent stopped");
    }
}
