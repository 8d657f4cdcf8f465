package io.stoa.edge.whip;

import com.google.gson.JsonObject;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.stoa.auth.Claims;
import io.stoa.base.Ids;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.edge.whip.WhipSessions.Session;
import io.stoa.http.HttpExchange;
import io.stoa.protocol.handover.WhipSession;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.rpc.WHIPParticipantICERestartRequest;
import io.stoa.protocol.rpc.WHIPParticipantICERestartResponse;
import io.stoa.protocol.rpc.WHIPParticipantICETrickleRequest;
import io.stoa.room.SignalServer;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import io.stoa.rpc.RpcMethods;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpWriter;
import io.stoa.store.DurableRecord;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests of WHIP (RFC 9725, spec 9.5). Refusals are JSON objects with one text, {@code error}. */
final class WhipDoor {
    private static final Logger LOG = LoggerFactory.getLogger(WhipDoor.class);
    static final String PATH = "/whip/v1";
    /** Of the records that one door leaves to the next. */
    private static final String SESSION = "whip_session";
    private static final int VERSION = 1;
    private static final int MAX_BODY_BYTES = 1 << 20;
    /** What LiveKit's server takes a client for that says nothing of itself. */
    private static final int PROTOCOL = 17;
    private static final String SDP = "application/sdp";
    private static final String FRAGMENT = "application/trickle-ice-sdpfrag";
    private static final String ANY = "*";
    private static final long NOTICE_MILLIS = 10_000;
    private static final CallOptions QUESTION = CallOptions.within(Duration.ofSeconds(15));

    private final Supplier<SignalServer> signalServer;
    private final Supplier<LimitConfig> limits;
    private final Ids ids;
    private final Supplier<RpcBus> bus;
    private final WhipSessions sessions = new WhipSessions(this::serve);

    private interface Action {
        void run() throws WhipException, IOException;
    }

    /** @param bus by which ingress workers are told how it goes; gives null while there is none */
    WhipDoor(Supplier<SignalServer> signalServer, Supplier<LimitConfig> limits, Ids ids, Supplier<RpcBus> bus) {
        this.signalServer = signalServer;
        this.limits = limits;
        this.ids = ids;
        this.bus = bus;
    }

    /** @param shared one that other nodes hear; null while there is none */
    void follow(RpcBus shared) {
        sessions.follow(shared);
    }

    /** @return the sessions, for the next one */
    List<DurableRecord> close() {
        List<DurableRecord> left = new ArrayList<>();
        sessions.close().forEach((sid, session) -> left.add(new DurableRecord(SESSION, sid, VERSION, state(session).toByteArray())));
        return left;
    }

    private static WhipSession state(Session session) {
        synchronized (session.offer) {
            return WhipSession.newBuilder()
                    .setStart(session.start)
                    .setOffer(session.offer.sdp())
                    .setIceSession(session.id)
                    .setNotices(session.notices != null)
                    .addAllTracks(session.notices == null ? List.of() : session.notices.tracks())
                    .build();
        }
    }

    /** Goes on with what another one has left. Does not wait for anybody. */
    void resume(List<DurableRecord> left) {
        for (DurableRecord record : left) {
            try {
                if (record.version() > VERSION) throw new IOException("it has version " + record.version() + ", this bundle reads up to " + VERSION);
                resume(record.key(), WhipSession.parseFrom(record.value()));
            } catch (IOException | SdpException e) {
                LOG.error("the session of {} cannot restart ICE any more: {}", record.key(), e.getMessage());
            }
        }
    }

    private void resume(String sid, WhipSession state) throws SdpException {
        Session session = new Session(Offer.parse(state.getOffer()), state.getStart(), state.getIceSession());
        sessions.put(sid, session);
        if (state.getNotices()) session.notices = new IngressNotices(bus, sid, state.getTracksList(), () -> resumed(state.getStart(), sid), NOTICE_MILLIS);
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
        Hints hints = Hints.of(exchange);
        Offer offer = offer(body(exchange));
        StartSession start = start(claims, exchange).build();
        StartSession.Builder begin = start.toBuilder().setAutoSubscribe(offer.receives()).addAllAddTrackRequests(offer.tracks());
        if (hints.tracks().isEmpty()) begin.setPublisherOffer(SessionDescription.newBuilder().setType("offer").setSdp(offer.sdp()));
        Publisher publisher = Publisher.open(signalServer(), begin.build());
        try {
            var answer = hints.tracks().isEmpty() ? publisher.answer() : publisher.answerWith(hints.tracks(), offer);
            String ufrag = IceFragment.transport(answer).iceUfrag;
            String sid = publisher.participantSid();
            Session session = new Session(offer, start, ufrag);
            sessions.put(sid, session);
            exchange.header("Location", PATH + "/" + publisher.participantSid());
            exchange.header("ETag", ufrag);
            String links = links(publisher.iceServers());
            if (!links.isEmpty()) exchange.header("Link", links);
            exchange.respond(201, SDP, SdpWriter.write(answer).getBytes(StandardCharsets.UTF_8));
            if (hints.fromIngress()) session.notices = new IngressNotices(bus, publisher, () -> resumed(start, sid), NOTICE_MILLIS);
            else publisher.leaveOnceConnected();
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
        String fragment = body(exchange);
        IceFragment.parse(fragment);
        StartSession start = start(claims, exchange).build();
        if (condition.equals(ANY)) {
            WHIPParticipantICERestartResponse restarted = restart(start, sid, fragment);
            exchange.header("ETag", restarted.getIceSessionId());
            exchange.respond(200, FRAGMENT, restarted.getSdpFragment().getBytes(StandardCharsets.UTF_8));
        } else {
            trickle(start, sid, condition, fragment);
            exchange.respond(204, null, new byte[0]);
        }
    }

    private void trickle(StartSession start, String sid, String id, String text) throws WhipException {
        Session known = sessions.get(sid);
        if (known == null) {
            elsewhere(start, RpcMethods.WHIP_ICE_TRICKLE, WHIPParticipantICETrickleRequest.newBuilder()
                    .setRoom(start.getRoomName())
                    .setParticipantIdentity(start.getIdentity())
                    .setParticipantId(sid)
                    .setIceSessionId(id)
                    .setSdpFragment(text)
                    .build());
            return;
        }
        if (!id.equals(known.id)) throw new WhipException(500, "ice session mismatch, expected: " + known.id + ", got: " + id);
        IceFragment fragment = IceFragment.parse(text);
        known.offer.check(fragment);
        Publisher publisher = resumed(start, sid);
        publisher.trickle(fragment.candidates());
        publisher.leaveOnceConnected();
    }

    private WHIPParticipantICERestartResponse restart(StartSession start, String sid, String text) throws WhipException {
        Session known = sessions.get(sid);
        if (known == null) {
            return elsewhere(start, RpcMethods.WHIP_ICE_RESTART, WHIPParticipantICERestartRequest.newBuilder()
                    .setRoom(start.getRoomName())
                    .setParticipantIdentity(start.getIdentity())
                    .setParticipantId(sid)
                    .setSdpFragment(text)
                    .build());
        }
        WHIPParticipantICERestartResponse.Builder response = WHIPParticipantICERestartResponse.newBuilder();
        synchronized (known.offer) {
            known.offer.restart(IceFragment.parse(text));
            Publisher publisher = resumed(start, sid);
            try {
                publisher.offer(known.offer.sdp());
                var answer = publisher.answer();
                known.id = IceFragment.transport(answer).iceUfrag;
                response.setIceSessionId(known.id).setSdpFragment(IceFragment.of(answer));
            } finally {
                publisher.leaveOnceConnected();
            }
        }
        return response.build();
    }

    private void delete(HttpExchange exchange, String sid) throws WhipException {
        delete(start(publisher(exchange), exchange).build(), sid);
        exchange.respond(200, null, new byte[0]);
    }

    /** Whether it began here or not: the room knows the participant. */
    private void delete(StartSession start, String sid) throws WhipException {
        Session known = sessions.get(sid);
        if (known != null && known.notices != null) known.notices.stop();
        Publisher publisher = resumed(start, sid);
        publisher.leave();
        publisher.release();
        sessions.remove(sid);
    }

    private Publisher resumed(StartSession start, String sid) throws WhipException {
        try {
            return Publisher.open(signalServer(), start.toBuilder().setReconnect(true).setParticipantId(sid).build());
        } catch (WhipException e) {
            if (e.status() == 404) sessions.remove(sid);
            throw e;
        }
    }

    // -- other nodes

    /** Asks the node where the session began. */
    private <Q extends Message, A extends Message> A elsewhere(StartSession start, RpcMethod<Q, A> method, Q request) throws WhipException {
        RpcBus shared = sessions.bus();
        if (shared == null) throw new WhipException(404, "participant does not exist");
        try {
            return shared.call(method.at(RpcMethods.participant(start.getRoomName(), start.getIdentity())), request, QUESTION);
        } catch (RpcException e) {
            throw switch (e.code()) {
                case NOT_FOUND, UNAVAILABLE -> new WhipException(404, "participant does not exist");
                case INVALID_ARGUMENT -> new WhipException(400, e.getMessage());
                default -> new WhipException(500, e.getMessage());
            };
        }
    }

    /** What other nodes are asked, that have no session of that name. */
    private List<Subscription> serve(RpcBus shared, StartSession start) {
        String topic = RpcMethods.participant(start.getRoomName(), start.getIdentity());
        return List.of(
                shared.serve(RpcMethods.WHIP_ICE_TRICKLE.at(topic), (request, context) -> here(() -> {
                    known(request.getParticipantId());
                    trickle(start, request.getParticipantId(), request.getIceSessionId(), request.getSdpFragment());
                    return Empty.getDefaultInstance();
                })),
                shared.serve(RpcMethods.WHIP_ICE_RESTART.at(topic), (request, context) -> here(() -> {
                    known(request.getParticipantId());
                    return restart(start, request.getParticipantId(), request.getSdpFragment());
                })),
                shared.serve(RpcMethods.WHIP_DELETE_SESSION.at(topic), (request, context) -> here(() -> {
                    delete(start, request.getParticipantId());
                    return Empty.getDefaultInstance();
                })));
    }

    /** So that nobody is asked in turn. */
    private void known(String sid) throws WhipException {
        if (sessions.get(sid) == null) throw new WhipException(404, "participant does not exist");
    }

    private interface Answer<A> {
        A given() throws WhipException;
    }

    private static <A> A here(Answer<A> answer) throws RpcException {
        try {
            return answer.given();
        } catch (WhipException e) {
            RpcCode code = switch (e.status()) {
                case 400 -> RpcCode.INVALID_ARGUMENT;
                case 404 -> RpcCode.NOT_FOUND;
                case 503 -> RpcCode.UNAVAILABLE;
                default -> RpcCode.FAILED_PRECONDITION;
            };
            throw new RpcException(code, e.getMessage());
        }
    }

    private SignalServer signalServer() throws WhipException {
        SignalServer server = signalServer.get();
        if (server == null) throw new WhipException(503, "no signal server: bundle signal is not active");
        return server;
    }
}
