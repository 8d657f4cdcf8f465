package io.stoa.edge.whip;

import com.google.gson.JsonObject;
import io.stoa.auth.Claims;
import io.stoa.base.Ids;
import io.stoa.http.HttpExchange;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.SignalServer;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpWriter;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Requests of WHIP (RFC 9725, spec 9.5). Refusals are JSON objects with one text, {@code error}. */
final class WhipDoor {
    static final String PATH = "/whip/v1";
    private static final int MAX_BODY_BYTES = 1 << 20;
    /** That can restart ICE. */
    static final int MAX_SESSIONS = 1_000;
    /** What LiveKit's server takes a client for that says nothing of itself. */
    private static final int PROTOCOL = 17;
    private static final String SDP = "application/sdp";
    private static final String FRAGMENT = "application/trickle-ice-sdpfrag";
    private static final String ANY = "*";

    private final Supplier<SignalServer> signalServer;
    private final Supplier<LimitConfig> limits;
    private final Ids ids;
    /** By participant. Who uses it least is forgotten first: those who vanish do not say so. */
    private final Map<String, Session> sessions = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
            return size() > MAX_SESSIONS;
        }
    });

    /** What an ICE restart is made of. @param id of the ICE session: our ufrag */
    private record Session(Offer offer, String id) {}

    private interface Action {
        void run() throws WhipException, IOException;
    }

    WhipDoor(Supplier<SignalServer> signalServer, Supplier<LimitConfig> limits, Ids ids) {
        this.signalServer = signalServer;
        this.limits = limits;
        this.ids = ids;
    }

    /** {@code /whip/v1}: where sessions begin. */
    void endpoint(HttpExchange exchange) {
        switch (exchange.method()) {
            case "GET", "HEAD" -> exchange.respond(204, null, new byte[0]);
            case "OPTIONS" -> options(exchange);
            case "POST" -> answered(exchange, () -> create(exchange));
            default -> notAllowed(exchange, "GET, HEAD, OPTIONS, POST");
        }
    }

    /** {@code /whip/v1/<participant>}: a session. */
    void session(HttpExchange exchange) {
        String sid = exchange.path().substring(PATH.length() + 1);
        if (sid.isEmpty() || sid.contains("/")) {
            exchange.respond(404, "404 page not found\n");
            return;
        }
        switch (exchange.method()) {
            case "GET", "HEAD" -> exchange.respond(204, null, new byte[0]);
            case "PATCH" -> answered(exchange, () -> patch(exchange, sid));
            case "DELETE" -> answered(exchange, () -> delete(exchange, sid));
            default -> notAllowed(exchange, "DELETE, GET, HEAD, PATCH");
        }
    }

    private static void notAllowed(HttpExchange exchange, String allowed) {
        exchange.header("Allow", allowed);
        exchange.respond(405, "Method Not Allowed\n");
    }

    private static void options(HttpExchange exchange) {
        exchange.header("Access-Control-Allow-Origin", ANY);
        exchange.header("Access-Control-Allow-Headers", ANY);
        exchange.header("Access-Control-Allow-Methods", "PATCH, OPTIONS, GET, POST, DELETE");
        exchange.header("Access-Control-Expose-Headers", ANY);
        exchange.respond(200, null, new byte[0]);
    }

    private static void answered(HttpExchange exchange, Action action) {
        try {
            action.run();
        } catch (WhipException e) {
            refuse(exchange, e.status(), e.getMessage());
        } catch (HttpExchange.BodyTooLargeException e) {
            refuse(exchange, 413, "request body exceeds " + MAX_BODY_BYTES + " bytes");
        } catch (IOException e) {
            refuse(exchange, 400, "body does not have SDP offer: " + e.getMessage());
        }
    }

    private static void refuse(HttpExchange exchange, int status, String message) {
        JsonObject error = new JsonObject();
        error.addProperty("error", message);
        exchange.respond(status, "text/plain; charset=utf-8", (error + "\n").getBytes(StandardCharsets.UTF_8));
    }

    // -- a session begins

    private void create(HttpExchange exchange) throws WhipException, IOException {
        checkType(exchange, SDP);
        Claims claims = publisher(exchange);
        Offer offer = offer(body(exchange));
        Publisher publisher = Publisher.open(signalServer(), start(claims, exchange)
                .setAutoSubscribe(offer.receives())
                .addAllAddTrackRequests(offer.tracks())
                .setPublisherOffer(SessionDescription.newBuilder().setType("offer").setSdp(offer.sdp()))
                .build());
        try {
            var answer = publisher.answer();
            String ufrag = IceFragment.transport(answer).iceUfrag;
            sessions.put(publisher.participantSid(), new Session(offer, ufrag));
            exchange.header("Location", PATH + "/" + publisher.participantSid());
            exchange.header("ETag", ufrag);
            String links = links(publisher.iceServers());
            if (!links.isEmpty()) exchange.header("Link", links);
            exchange.respond(201, SDP, SdpWriter.write(answer).getBytes(StandardCharsets.UTF_8));
            publisher.leaveOnceConnected();
        } catch (WhipException e) {
            publisher.leave();
            publisher.release();
            throw e;
        }
    }

    private static void checkType(HttpExchange exchange, String type) throws WhipException {
        String said = exchange.header("Content-Type");
        if (!type.equals(said)) throw new WhipException(400, "unsupported content-type: " + (said == null ? "" : said));
    }

    private Claims publisher(HttpExchange exchange) throws WhipException {
        Claims claims = exchange.claims().filter(token -> token.video() != null).orElseThrow(() -> new WhipException(401, "no permissions to access the room"));
        if (!claims.video().roomJoin()) throw new WhipException(401, "permissions denied");
        if (claims.video().room().isEmpty()) throw new WhipException(401, "room name cannot be empty");
        checkLength("room name", claims.video().room(), limits.get().maxRoomNameLength());
        if (claims.identity().isEmpty()) throw new WhipException(400, "identity cannot be empty");
        checkLength("participant identity", claims.identity(), limits.get().maxParticipantIdentityLength());
        return claims;
    }

    private static void checkLength(String what, String text, int limit) throws WhipException {
        if (limit > 0 && text.getBytes(StandardCharsets.UTF_8).length > limit)
            throw new WhipException(400, what + " length exceeds limits: max length " + limit);
    }

    private static String body(HttpExchange exchange) throws WhipException, IOException {
        byte[] body = exchange.body();
        if (body.length == 0) throw new WhipException(400, "body does not have SDP offer");
        if (body.length > MAX_BODY_BYTES) throw new HttpExchange.BodyTooLargeException();
        return new String(body, StandardCharsets.UTF_8);
    }

    private static Offer offer(String sdp) throws WhipException {
        try {
            return Offer.parse(sdp);
        } catch (SdpException e) {
            throw new WhipException(400, "malformed SDP offer: " + e.getMessage());
        }
    }

    private StartSession.Builder start(Claims claims, HttpExchange exchange) {
        return StartSession.newBuilder()
                .setRoomName(claims.video().room())
                .setIdentity(claims.identity())
                .setName(claims.name())
                .setConnectionId(ids.next(Ids.CONNECTION))
                .setDisableIceLite(true)
                .setUseSinglePeerConnection(true)
                .setClient(ClientInfo.newBuilder().setProtocol(PROTOCOL).setAddress(exchange.clientAddress()))
                .setGrantsJson(claims.toSessionJson())
                .setCreateRoom(claims.createRoom())
                .setTokenExpiresAt(claims.expiresAtSeconds());
    }

    /** STUN and TURN servers (RFC 9725 section 4.6), in one header. */
    private static String links(List<ICEServer> servers) {
        List<String> links = new ArrayList<>();
        for (ICEServer server : servers) {
            String credentials = server.getUsername().isEmpty() ? "" : "; username=\"" + server.getUsername() + "\"; credential=\"" + server.getCredential() + "\"";
            for (String url : server.getUrlsList()) links.add("<" + URLEncoder.encode(url, StandardCharsets.UTF_8) + ">; rel=\"ice-server\"" + credentials);
        }
        return String.join(", ", links);
    }

    // -- a session goes on

    private void patch(HttpExchange exchange, String sid) throws WhipException, IOException {
        checkType(exchange, FRAGMENT);
        Claims claims = publisher(exchange);
        String condition = exchange.header("If-Match");
        if (condition == null || condition.isEmpty()) throw new WhipException(428, "If-Match is required");
        IceFragment fragment = IceFragment.parse(body(exchange));
        Session known = sessions.get(sid);
        if (known == null) throw new WhipException(404, "participant does not exist");
        if (condition.equals(ANY)) restart(exchange, claims, sid, known, fragment);
        else trickle(exchange, claims, sid, known, condition, fragment);
    }

    private void trickle(HttpExchange exchange, Claims claims, String sid, Session known, String condition, IceFragment fragment) throws WhipException {
        if (!condition.equals(known.id)) throw new WhipException(500, "ice session mismatch, expected: " + known.id + ", got: " + condition);
        known.offer.check(fragment);
        resumed(exchange, claims, sid, publisher -> publisher.trickle(fragment.candidates()));
        exchange.respond(204, null, new byte[0]);
    }

    private void restart(HttpExchange exchange, Claims claims, String sid, Session known, IceFragment fragment) throws WhipException {
        synchronized (known.offer) {
            known.offer.restart(fragment);
            resumed(exchange, claims, sid, publisher -> {
                publisher.offer(known.offer.sdp());
                var answer = publisher.answer();
                String ufrag = IceFragment.transport(answer).iceUfrag;
                sessions.put(sid, new Session(known.offer, ufrag));
                exchange.header("ETag", ufrag);
                exchange.respond(200, FRAGMENT, IceFragment.of(answer).getBytes(StandardCharsets.UTF_8));
            });
        }
    }

    private void delete(HttpExchange exchange, String sid) throws WhipException {
        Claims claims = publisher(exchange);
        resumed(exchange, claims, sid, Publisher::leave);
        sessions.remove(sid);
        exchange.respond(200, null, new byte[0]);
    }

    private interface Business {
        void with(Publisher publisher) throws WhipException;
    }

    private void resumed(HttpExchange exchange, Claims claims, String sid, Business business) throws WhipException {
        Publisher publisher;
        try {
            publisher = Publisher.open(signalServer(), start(claims, exchange).setReconnect(true).setParticipantId(sid).build());
        } catch (WhipException e) {
            if (e.status() == 404) sessions.remove(sid);
            throw e;
        }
        try {
            business.with(publisher);
        } finally {
            publisher.release();
        }
    }

    private SignalServer signalServer() throws WhipException {
        SignalServer server = signalServer.get();
        if (server == null) throw new WhipException(503, "no signal server: bundle signal is not active");
        return server;
    }
}
