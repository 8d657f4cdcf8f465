package io.stoa.edge.whip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.http.HttpExchange;
import io.stoa.http.WebSocketListener;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.JoinResponse;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantUpdate;
import io.stoa.protocol.livekit.ReconnectResponse;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.TrickleRequest;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.rpc.WHIPRTCConnectionNotifyRequest;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalSink;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.psrpc.Psrpc;
import io.stoa.store.DurableRecord;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** WHIP against a room that answers every offer (spec 9.5, RFC 9725). */
@Timeout(20)
class WhipDoorTest {
    private static final String SID = "PA_whip";
    private static final String CANDIDATE = "candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host";
    private static final Map<String, String> OFFERED = Map.of("Content-Type", "application/sdp");
    private static final String FRAGMENT = "application/trickle-ice-sdpfrag";

    private final Room room = new Room();
    private SignalServer server = room;
    private RpcBus bus;
    private WhipDoor door = new WhipDoor(() -> server, Limits::new, new Ids(new Random(1)), () -> bus);

    // -- a session begins

    @Test
    void an_offer_is_answered_with_candidates_and_a_place_to_go_on() throws InterruptedException {
        room.iceServers = List.of(ICEServer.newBuilder().addUrls("turn:turn.example:3478?transport=udp").setUsername("u").setCredential("c").build());
        Exchange answer = post(offer("u1", "p1"), OFFERED, token("cam"));
        assertThat(answer.status).isEqualTo(201);
        assertThat(answer.contentType).isEqualTo("application/sdp");
        assertThat(answer.out).containsEntry("Location", "/whip/v1/" + SID).containsEntry("ETag", "server1");
        assertThat(answer.out.get("Link")).isEqualTo("<turn%3Aturn.example%3A3478%3Ftransport%3Dudp>; rel=\"ice-server\"; username=\"u\"; credential=\"c\"");
        assertThat(answer.text).contains("a=" + CANDIDATE + "\r\n").contains("a=end-of-candidates\r\n");
        assertThat(room.closed).as("it is not connected yet").isFalse();
        room.connect();
        await(() -> room.closed, "the participant is on its own");

        StartSession start = room.starts.getFirst();
        assertThat(start.getRoomName()).isEqualTo("studio");
        assertThat(start.getUseSinglePeerConnection()).isTrue();
        assertThat(start.getAutoSubscribe()).as("it receives nothing").isFalse();
        assertThat(start.getAddTrackRequestsList()).extracting(AddTrackRequest::getCid).containsExactly("whip-0", "cam-1");
        assertThat(start.getPublisherOffer().getSdp()).contains("a=msid:- whip-0").contains("a=msid:- cam-1");
    }

    @Test
    void what_is_wrong_is_named() {
        assertThat(post("v=0", Map.of("Content-Type", "text/plain"), token("cam"))).satisfies(refused(400, "unsupported content-type: text/plain"));
        assertThat(post("v=0", OFFERED, null)).satisfies(refused(401, "no permissions to access the room"));
        assertThat(post("", OFFERED, token("cam"))).satisfies(refused(400, "body does not have SDP offer"));
        assertThat(post("nope", OFFERED, token("cam")).text).startsWith("{\"error\":\"malformed SDP offer: ");
        assertThat(post("v=0", OFFERED, token(""))).satisfies(refused(400, "identity cannot be empty"));
        assertThat(post("v=0", OFFERED, token("x".repeat(21)))).satisfies(refused(400, "participant identity length exceeds limits: max length 20"));
        assertThat(post("v=0", OFFERED, Claims.of("cam", VideoGrant.join("")))).satisfies(refused(401, "room name cannot be empty"));
        assertThat(post("v".repeat((1 << 20) + 1), OFFERED, token("cam")).status).isEqualTo(413);
        server = null;
        assertThat(post(offer("u1", "p1"), OFFERED, token("cam"))).satisfies(refused(503, "no signal server: bundle signal is not active"));
        assertThat(room.starts).isEmpty();
    }

    @Test
    void a_room_that_refuses_is_503() {
        room.refuses = true;
        assertThat(post(offer("u1", "p1"), OFFERED, token("cam")).status).isEqualTo(503);
        assertThat(room.closed).isTrue();
    }

    @Test
    void what_is_asked_of_the_endpoint_beside_sessions() {
        assertThat(ask("GET", "/whip/v1", "", Map.of(), null).status).isEqualTo(204);
        assertThat(ask("OPTIONS", "/whip/v1", "", Map.of(), null).out).containsEntry("Access-Control-Allow-Methods", "PATCH, OPTIONS, GET, POST, DELETE");
        assertThat(ask("PUT", "/whip/v1", "", Map.of(), null).out).containsEntry("Allow", "GET, HEAD, OPTIONS, POST");
        assertThat(ask("DELETE", "/whip/v1/r1/PA_x/abc", "", Map.of(), token("cam")).status).isEqualTo(404);
    }

    // -- and goes on

    @Test
    void candidates_come_later() {
        post(offer("u1", "p1"), OFFERED, token("cam"));
        Exchange answer = patch("server1", fragment("u1", "p1", "0"));
        assertThat(answer.status).isEqualTo(204);
        assertThat(room.starts.getLast().getReconnect()).isTrue();
        assertThat(room.starts.getLast().getParticipantId()).isEqualTo(SID);
        assertThat(room.requests).singleElement().satisfies(request -> assertThat(request.getTrickle().getCandidateInit()).contains("198.51.100.7"));
        assertThat(room.closed).as("until it is connected, it lives by its signalling").isFalse();

        assertThat(patch("another", fragment("u1", "p1", "0")).status).isEqualTo(500);
        assertThat(patch("server1", fragment("u1", "p1", "7"))).satisfies(refused(400, "mid mismatch: 7 was not offered"));
        assertThat(patch("server1", fragment("u9", "p1", "0"))).satisfies(refused(400, "ice credential mismatch"));
        assertThat(patch("server1", "nonsense").text).startsWith("{\"error\":\"invalid sdp fragment: ");
        assertThat(patch(null, fragment("u1", "p1", "0"))).satisfies(refused(428, "If-Match is required"));
        assertThat(room.requests).hasSize(1);
    }

    @Test
    void ice_is_restarted() {
        post(offer("u1", "p1"), OFFERED, token("cam"));
        Exchange answer = patch("*", fragment("u2", "p2", "0"));
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.contentType).isEqualTo(FRAGMENT);
        assertThat(answer.out).containsEntry("ETag", "server2");
        assertThat(answer.text).contains("a=ice-ufrag:server2\r\n").contains("a=" + CANDIDATE + "\r\n");
        assertThat(room.requests.getFirst().getOffer().getSdp()).contains("a=ice-ufrag:u2").contains("198.51.100.7").doesNotContain("a=ice-ufrag:u1");
        assertThat(patch("server2", fragment("u2", "p2", "0")).status).as("from now on the new credentials hold").isEqualTo(204);
    }

    @Test
    void a_session_ends() {
        post(offer("u1", "p1"), OFFERED, token("cam"));
        assertThat(ask("DELETE", "/whip/v1/" + SID, "", Map.of(), token("cam")).status).isEqualTo(200);
        assertThat(room.requests).singleElement().satisfies(request -> assertThat(request.hasLeave()).isTrue());
        assertThat(patch("server1", fragment("u1", "p1", "0"))).satisfies(refused(404, "participant does not exist"));
    }

    @Test
    void a_session_that_nobody_knows_is_404() {
        room.refuses = true;
        assertThat(ask("DELETE", "/whip/v1/PA_gone", "", Map.of(), token("cam"))).satisfies(refused(404, "participant does not exist"));
    }

    // -- what LiveKit's own clients ask for

    @Test
    void the_answer_waits_for_tracks_that_are_named() {
        room.others = ParticipantInfo.newBuilder().setIdentity("bob").setSid("PA_bob").addTracks(TrackInfo.newBuilder().setName("screen").setSid("TR_screen")).build();
        Exchange answer = post(offer("u1", "p1"), hints("{\"subscribedParticipantTrackNames\": {\"bob\": [\"screen\"]}}"), token("cam"));
        assertThat(answer.status).as(answer.text).isEqualTo(201);
        assertThat(answer.text).contains("TR_screen");
        assertThat(room.starts.getFirst().hasPublisherOffer()).as("what is not there cannot be answered").isFalse();
        assertThat(room.requests).as("an answer without it is not the answer").hasSizeGreaterThan(1).allMatch(SignalRequest::hasOffer);
        assertThat(post(offer("u1", "p1"), hints("[1"), token("cam")).text).startsWith("{\"error\":\"malformed json in client info header: ");
    }

    private static Map<String, String> hints(String json) {
        return Map.of("Content-Type", "application/sdp", "X-LiveKit-ClientInfo", json);
    }

    private static final Map<String, String> INGRESS = Map.of("Content-Type", "application/sdp", "X-Livekit-Ingress", "1");

    private List<WHIPRTCConnectionNotifyRequest> notices(Psrpc rpc) {
        List<WHIPRTCConnectionNotifyRequest> notices = new CopyOnWriteArrayList<>();
        rpc.serve(RpcMethods.WHIP_RTC_CONNECTION_NOTIFY.at(SID), (notice, context) -> {
            notices.add(notice);
            return Empty.getDefaultInstance();
        });
        bus = rpc;
        return notices;
    }

    private WhipDoor next() {
        return new WhipDoor(() -> server, Limits::new, new Ids(new Random(2)), () -> bus);
    }

    @Test
    void the_next_door_restarts_ice_of_what_the_one_before_has_left() {
        post(offer("u1", "p1"), OFFERED, token("cam"));
        assertThat(patch("*", fragment("u2", "p2", "0")).out).containsEntry("ETag", "server2");
        WhipDoor before = door;
        door = next();
        door.resume(before.close());
        assertThat(patch("server1", fragment("u2", "p2", "0")).status).isEqualTo(500);
        assertThat(patch("server2", fragment("u2", "p2", "7"))).satisfies(refused(400, "mid mismatch: 7 was not offered"));
        assertThat(patch("server2", fragment("u2", "p2", "0")).status).isEqualTo(204);
        assertThat(patch("*", fragment("u3", "p3", "0")).out).containsEntry("ETag", "server3");
        assertThat(room.requests.getLast().getOffer().getSdp()).contains("a=ice-ufrag:u3").contains("a=msid:- cam-1");
    }

    @Test
    void what_a_later_door_has_left_is_not_guessed_at() {
        post(offer("u1", "p1"), OFFERED, token("cam"));
        DurableRecord left = door.close().getFirst();
        door = next();
        door.resume(List.of(new DurableRecord(left.kind(), left.key(), left.version() + 1, left.value())));
        door.resume(List.of(new DurableRecord(left.kind(), left.key(), left.version(), new byte[] {-1})));
        assertThat(patch("*", fragment("u2", "p2", "0")).status).isEqualTo(404);
    }

    @Test
    void the_next_door_tells_the_ingress_worker_what_the_one_before_knew() throws InterruptedException {
        try (Psrpc rpc = rpc(new InProcessMessageBus())) {
            List<WHIPRTCConnectionNotifyRequest> notices = notices(rpc);
            post(offer("u1", "p1"), INGRESS, token("cam"));
            await(() -> notices.size() == 1, "the begin");
            room.publisher.send(SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addParticipants(ParticipantInfo.newBuilder()
                    .setSid(SID).addTracks(TrackInfo.newBuilder().setType(TrackType.VIDEO).setMimeType("video/VP8").setWidth(640).setHeight(360)))).build());
            WhipDoor before = door;
            door = next();
            door.resume(before.close());
            await(() -> notices.size() == 2, "the begin of the next");
            assertThat(notices.getLast().getClosed()).isFalse();
            assertThat(notices.getLast().getVideo().getWidth()).isEqualTo(640);
            room.latest.send(SignalResponse.newBuilder().setLeave(LeaveRequest.getDefaultInstance()).build());
            await(() -> notices.size() == 3, "the end");
            assertThat(notices.getLast().getClosed()).isTrue();
        }
    }

    @Test
    void an_ingress_worker_is_told_how_it_goes() throws InterruptedException {
        try (Psrpc rpc = rpc(new InProcessMessageBus())) {
            List<WHIPRTCConnectionNotifyRequest> notices = notices(rpc);
            post(offer("u1", "p1"), INGRESS, token("cam"));
            await(() -> notices.size() == 1, "the begin");
            assertThat(notices.getFirst().getClosed()).isFalse();
            room.publisher.send(SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addParticipants(ParticipantInfo.newBuilder()
                    .setSid(SID).addTracks(TrackInfo.newBuilder().setType(TrackType.VIDEO).setMimeType("video/VP8").setWidth(640).setHeight(360)))).build());
            room.publisher.send(SignalResponse.newBuilder().setLeave(LeaveRequest.getDefaultInstance()).build());
            await(() -> notices.size() == 2, "the end");
            assertThat(notices.getLast().getClosed()).isTrue();
            assertThat(notices.getLast().getVideo().getWidth()).isEqualTo(640);
            await(() -> room.closed, "its participant is gone");
        }
    }

    @Test
    void but_not_of_an_end_that_it_wants() throws InterruptedException {
        try (Psrpc rpc = rpc(new InProcessMessageBus())) {
            List<WHIPRTCConnectionNotifyRequest> notices = notices(rpc);
            post(offer("u1", "p1"), INGRESS, token("cam"));
            await(() -> notices.size() == 1, "the begin");
            assertThat(ask("DELETE", "/whip/v1/" + SID, "", Map.of(), token("cam")).status).isEqualTo(200);
            post(offer("u1", "p1"), INGRESS, token("cam"));
            await(() -> notices.size() == 2, "the begin of another");
            assertThat(notices).noneMatch(WHIPRTCConnectionNotifyRequest::getClosed);
        }
    }

    // -- other nodes

    private static Psrpc rpc(InProcessMessageBus bus) {
        Psrpc rpc = new Psrpc(new Ids(new SecureRandom()), () -> System.currentTimeMillis() * 1_000_000, CallOptions.within(Duration.ofSeconds(3)), 100);
        rpc.bind(bus);
        return rpc;
    }

    @Test
    void a_session_goes_on_through_whichever_node() {
        InProcessMessageBus shared = new InProcessMessageBus();
        WhipDoor began = door;
        try (Psrpc one = rpc(shared); Psrpc two = rpc(shared)) {
            began.follow(one);
            post(offer("u1", "p1"), OFFERED, token("cam"));
            door = new WhipDoor(() -> server, Limits::new, new Ids(new Random(2)), () -> two);
            door.follow(two);
            assertThat(patch("server1", fragment("u1", "p1", "0")).status).isEqualTo(204);
            assertThat(patch("server1", fragment("u1", "p1", "7"))).satisfies(refused(400, "mid mismatch: 7 was not offered"));
            assertThat(patch("*", fragment("u2", "p2", "0")).out).containsEntry("ETag", "server2");
            assertThat(patch("server1", fragment("u2", "p2", "0")).status).isEqualTo(500);
            assertThat(ask("PATCH", "/whip/v1/PA_x", fragment("u2", "p2", "0"), Map.of("Content-Type", FRAGMENT, "If-Match", "*"), token("cam")).status).isEqualTo(404);
            assertThat(ask("DELETE", "/whip/v1/" + SID, "", Map.of(), token("cam")).status).isEqualTo(200);
        }
    }

    // -- both sides

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        for (int i = 0; i < 1_000 && !condition.getAsBoolean(); i++) Thread.sleep(5);
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    private static Claims token(String identity) {
        return Claims.of(identity, VideoGrant.join("studio"));
    }

    private static String offer(String ufrag, String password) {
        return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n" + section("audio", "0", "111 opus/48000/2", "", ufrag, password)
                + section("video", "1", "96 VP8/90000", "a=msid:s cam-1\r\n", ufrag, password);
    }

    private static String section(String kind, String mid, String codec, String more, String ufrag, String password) {
        return "m=" + kind + " 9 UDP/TLS/RTP/SAVPF " + codec.split(" ")[0] + "\r\nc=IN IP4 0.0.0.0\r\na=mid:" + mid + "\r\na=ice-ufrag:" + ufrag + "\r\na=ice-pwd:" + password
                + "\r\na=fingerprint:sha-256 " + "00:".repeat(31) + "00\r\na=setup:actpass\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:" + codec + "\r\n" + more;
    }

    private static String fragment(String ufrag, String password, String mid) {
        return "a=ice-ufrag:" + ufrag + "\r\na=ice-pwd:" + password + "\r\nm=audio 9 RTP/AVP 0\r\na=mid:" + mid + "\r\na=candidate:2 1 udp 1 198.51.100.7 9 typ host\r\n";
    }

    private static org.assertj.core.api.ThrowingConsumer<Exchange> refused(int status, String error) {
        return exchange -> {
            assertThat(exchange.text).isEqualTo("{\"error\":\"" + error + "\"}\n");
            assertThat(exchange.status).isEqualTo(status);
        };
    }

    private Exchange post(String body, Map<String, String> headers, Claims claims) {
        return ask("POST", "/whip/v1", body, headers, claims);
    }

    private Exchange patch(String condition, String body) {
        Map<String, String> headers = new HashMap<>(Map.of("Content-Type", FRAGMENT));
        if (condition != null) headers.put("If-Match", condition);
        return ask("PATCH", "/whip/v1/" + SID, body, headers, token("cam"));
    }

    private Exchange ask(String method, String path, String body, Map<String, String> headers, Claims claims) {
        Exchange exchange = new Exchange(method, path, body, headers, claims);
        if (path.equals(WhipDoor.PATH)) door.endpoint(exchange);
        else door.session(exchange);
        return exchange;
    }

    private record Limits() implements LimitConfig {
        @Override
        public int maxRoomNameLength() {
            return 20;
        }

        @Override
        public int maxParticipantIdentityLength() {
            return 20;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return LimitConfig.class;
        }
    }

    /** Takes everybody, and answers on another thread. */
    private static final class Room implements SignalServer {
        final List<StartSession> starts = new ArrayList<>();
        final List<SignalRequest> requests = new ArrayList<>();
        List<ICEServer> iceServers = List.of();
        boolean refuses;
        volatile boolean closed;
        /** Comes a little later. */
        ParticipantInfo others;
        private SignalSink publisher;
        /** Of the session that was opened last. */
        private volatile SignalSink latest;
        private int answers;

        @Override
        public SignalSession open(StartSession start, SignalSink sink) {
            starts.add(start);
            latest = sink;
            closed = false;
            SignalResponse.Builder first = SignalResponse.newBuilder();
            if (refuses) first.setLeave(LeaveRequest.getDefaultInstance());
            else if (start.getReconnect()) first.setReconnect(ReconnectResponse.getDefaultInstance());
            else first.setJoin(JoinResponse.newBuilder().setParticipant(ParticipantInfo.newBuilder().setSid(SID)).addAllIceServers(iceServers));
            sink.send(first.build());
            if (others != null) {
                SignalResponse news = SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addParticipants(others)).build();
                Thread.startVirtualThread(() -> sink.send(news));
            }
            if (start.hasPublisherOffer()) {
                publisher = sink;
                answer(start.getPublisherOffer().getSdp(), sink);
            }
            return new SignalSession() {
                @Override
                public void receive(SignalRequest request) {
                    requests.add(request);
                    if (request.hasOffer()) answer(request.getOffer().getSdp(), sink);
                }

                @Override
                public void closed() {
                    closed = true;
                }

                @Override
                public List<SignalRequest> release() {
                    return List.of();
                }
            };
        }

        void connect() {
            ParticipantInfo other = ParticipantInfo.newBuilder().setSid("PA_other").setState(ParticipantInfo.State.ACTIVE).build();
            publisher.send(SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addParticipants(other)).build());
            assertThat(closed).isFalse();
            publisher.send(SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addParticipants(other.toBuilder().setSid(SID))).build());
        }

        private void answer(String offer, SignalSink sink) {
            String sdp = offer.replace("sendonly", "recvonly").replaceAll("a=ice-ufrag:.*", "a=ice-ufrag:server" + ++answers).replaceAll("a=candidate:.*\r\n", "");
            String with = others != null && answers > 1 ? sdp.replace("a=msid:s cam-1", "a=msid:s TR_screen").replace("a=msid:- cam-1", "a=msid:- TR_screen") : sdp;
            Thread.startVirtualThread(() -> {
                sink.send(SignalResponse.newBuilder().setAnswer(SessionDescription.newBuilder().setType("answer").setSdp(with)).build());
                sink.send(SignalResponse.newBuilder()
                        .setTrickle(TrickleRequest.newBuilder().setCandidateInit("{\"candidate\":\"" + CANDIDATE + "\"}").setFinal(true))
                        .build());
            });
        }

        @Override
        public SignalSession adopt(StartSession start, SignalSink sink) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Exchange implements HttpExchange {
        private final String method;
        private final String path;
        private final String body;
        private final Map<String, String> in;
        private final Claims claims;
        final Map<String, String> out = new HashMap<>();
        int status;
        String contentType;
        String text = "";

        Exchange(String method, String path, String body, Map<String, String> in, Claims claims) {
            this.method = method;
            this.path = path;
            this.body = body;
            this.in = in;
            this.claims = claims;
        }

        @Override
        public String method() {
            return method;
        }

        @Override
        public String path() {
            return path;
        }

        @Override
        public String query(String name) {
            return null;
        }

        @Override
        public String header(String name) {
            return in.get(name);
        }

        @Override
        public byte[] body() throws IOException {
            return body.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String clientAddress() {
            return "192.0.2.9";
        }

        @Override
        public String origin() {
            return "http://localhost:7880";
        }

        @Override
        public Optional<Claims> claims() {
            return Optional.ofNullable(claims);
        }

        @Override
        public void header(String name, String value) {
            out.put(name, value);
        }

        @Override
        public void respond(int code, String type, byte[] content) {
            status = code;
            contentType = type;
            text = new String(content, StandardCharsets.UTF_8);
        }

        @Override
        public void respond(int code, String content) {
            respond(code, "text/plain; charset=utf-8", content.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public boolean isWebSocket() {
            return false;
        }

        @Override
        public boolean refuseHandshake() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean upgrade(WebSocketListener listener, long maxMessageBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, String> queryParameters() {
            return Map.of();
        }
    }
}
