package io.stoa.edge.rtc;

import io.stoa.auth.Claims;
import io.stoa.http.HttpExchange;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.RoomException;
import io.stoa.room.SignalServer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests to {@code /rtc…} and keeps account of the sockets that came of them. */
final class RtcDoor {
    private static final Logger LOG = LoggerFactory.getLogger(RtcDoor.class);

    private final Supplier<SignalServer> servers;
    private final Supplier<RtcSettings> settings;
    private final Admission admission;
    private final RtcCounters counters = new RtcCounters();
    private final Set<SignalSocket> open = ConcurrentHashMap.newKeySet();

    /** @param servers gives null while there is no signal server */
    RtcDoor(Supplier<SignalServer> servers, Supplier<RtcSettings> settings, Admission admission) {
        this.servers = servers;
        this.settings = settings;
        this.admission = admission;
    }

    RtcCounters counters() {
        return counters;
    }

    /** Would {@link #connect} let the client in? */
    void validate(HttpExchange exchange, boolean packed) {
        try {
            admit(exchange, packed, true);
            server();
            exchange.respond(200, "success");
        } catch (Refusal refusal) {
            refuse(exchange, refusal);
        }
    }

    /** @param packed the parameters come as {@code join_request} only */
    void connect(HttpExchange exchange, boolean packed) {
        if (!exchange.isWebSocket()) {
            exchange.respond(404, null, new byte[0]);
            return;
        }
        if (exchange.refuseHandshake()) {
            counters.count(RtcDrop.REFUSED);
            return;
        }
        long begun = System.nanoTime();
        try {
            start(exchange, admit(exchange, packed, false), begun);
        } catch (Refusal refusal) {
            refuse(exchange, refusal);
        }
    }

    private StartSession admit(HttpExchange exchange, boolean packed, boolean strict) throws Refusal {
        Claims claims = Admission.claims(exchange.claims());
        String joinRequest = exchange.query("join_request");
        boolean join = joinRequest != null && !joinRequest.isEmpty();
        if (packed && !join) throw new Refusal(400, "join_request is required");
        ConnectParameters asked = join
                ? ConnectParameters.ofJoinRequest(JoinRequestDecoder.decode(joinRequest))
                : ConnectParameters.ofQuery(exchange::query, strict);
        UserAgent agent = UserAgent.parse(exchange.header("User-Agent"));
        return admission.admit(settings.get(), claims, asked, agent, exchange.clientAddress());
    }

    private SignalServer server() throws Refusal {
        SignalServer server = servers.get();
        if (server != null) return server;
        counters.count(RtcDrop.NO_SIGNAL_SERVER);
        throw new Refusal(503, "signalling is not available: the bundle signal or something that it needs is missing");
    }

    /** The socket collects what the session says first; then the WebSocket is accepted. */
    private void start(HttpExchange exchange, StartSession start, long begun) throws Refusal {
        var socket = new SignalSocket(counters, open::remove);
        begin(start, socket);
        open.add(socket);
        socket.follow(servers); // it may have been replaced meanwhile
        boolean upgraded = false;
        try {
            upgraded = exchange.upgrade(socket, settings.get().signalMessageBytes());
        } finally {
            if (upgraded) {
                counters.connected(start.getClient().getProtocol(), System.nanoTime() - begun);
            } else {
                counters.count(RtcDrop.UPGRADE_FAILED);
                socket.gone();
            }
        }
    }

    private void begin(StartSession start, SignalSocket socket) throws Refusal {
        SignalServer server = server();
        while (true) {
            try {
                socket.begin(start, server, server.open(start, socket));
                return;
            } catch (RoomException e) {
                SignalServer next = servers.get();
                if (e.code() == RoomException.Code.UNAVAILABLE && next != null && next != server) {
                    server = next; // the one before went while it was asked
                    continue;
                }
                counters.count(RtcDrop.SESSION_NOT_STARTED);
                throw new Refusal(status(e.code()), e.getMessage());
            }
        }
    }

    /** Another signal server is there, or none: sessions go on with it, or wait. */
    void serverChanged() {
        for (SignalSocket socket : open) socket.follow(servers);
    }

    /** No signal server has come for too long. */
    void abandon() {
        if (!open.isEmpty()) LOG.warn("{} signalling connections end: no signal server came to go on with them", open.size());
        open.forEach(SignalSocket::abandon);
    }

    /** Codes of the field as HTTP (spec 1.4). */
    static int status(RoomException.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, MALFORMED -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS -> 409;
            case FAILED_PRECONDITION -> 412;
            case RESOURCE_EXHAUSTED -> 429;
            case UNKNOWN, INTERNAL -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELED -> 503;
        };
    }

    private void refuse(HttpExchange exchange, Refusal refusal) {
        counters.count(RtcDrop.REFUSED);
        LOG.warn("{} refused with {}: {}", exchange.path(), refusal.status(), refusal.getMessage());
        exchange.respond(refusal.status(), refusal.getMessage());
    }

    /** Keeps WebSockets, and whatever lies between, awake. */
    void ping() {
        open.forEach(SignalSocket::ping);
    }

    /** Clients come back and resume. */
    void close() {
        for (SignalSocket socket : open) {
            socket.end(SignalSocket.GOING_AWAY, "");
            socket.gone();
        }
    }
}
