package io.stoa.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.media.PublicationSpec;
import io.stoa.sdp.Codec;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Offers that real clients made, answered by our peer as LiveKit's server answered them. The shape of both answers is compared section by
 * section; what is different on purpose is a {@link Deliberate} with its reason, everything else fails, and so does a reason that is no
 * longer needed.
 */
class RecordedNegotiationTest {
    private static final long SEED = 20261127;
    private static final Instant NOW = Instant.ofEpochSecond(1_795_460_000);
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), NOW);

    /** One aspect of one section in which we answered otherwise. */
    private record Difference(String where, String aspect, MediaDescription offered, MediaDescription recorded, String theirs, String ours) {
        boolean in(String kind) {
            return offered.kind.equals(kind);
        }

        boolean clientSends() {
            return offered.direction.sends();
        }

        @Override
        public String toString() {
            return where + ", " + aspect + ": recorded " + theirs + ", ours " + ours;
        }
    }

    /** What we answer otherwise, and why. */
    private enum Deliberate {
        /** A section in which nothing is sent says so; LiveKit calls it sendonly before it has something to send. */
        IDLE_IS_INACTIVE(d -> d.aspect.equals("direction") && !d.clientSends() && d.theirs.equals("SENDONLY") && d.ours.equals("INACTIVE")),
        /** An answer is a subset of the offer (RFC 3264 section 6.1); LiveKit adds payload types that other sections offered. */
        ONLY_WHAT_WAS_OFFERED(d -> d.in("video") && d.aspect.equals("codecs") && only(d.theirs, codecs(d.offered)).equals(d.ours)),
        /** Lost packets of Firefox are repaired by RTX as everybody's. */
        RTX_OF_FIREFOX(d -> d.where.startsWith("firefox") && d.clientSends() && d.theirs.equals("120/VP8") && d.ours.equals("120/VP8 124/rtx120")),
        /** Arrival times are reported by transport-wide feedback; nobody reads abs-send-time here. */
        NO_ABS_SEND_TIME(d -> d.in("video") && d.aspect.equals("extensions") && d.theirs.replaceAll("\\d+=abs-send-time ", "").equals(d.ours)),
        /** No estimate is sent by REMB: it is taken where we send. */
        NO_REMB(d -> d.in("video") && d.aspect.startsWith("feedback") && without(d.theirs, "goog-remb").equals(d.ours)),
        /** Transport-wide feedback is taken where we send, as LiveKit does it where it estimates by it. */
        FEEDBACK_WHERE_WE_SEND(
                d -> d.in("video") && !d.clientSends() && d.aspect.startsWith("feedback") && d.theirs.equals(without(d.ours, "transport-cc"))),
        /** Reduced-size RTCP is agreed to where it was offered; Firefox offers it for video only. */
        REDUCED_SIZE_AS_OFFERED(d -> d.aspect.equals("rtcp-rsize") && !d.offered.rtcpReducedSize && d.ours.equals("false")),
        /** Parameters that only the client's own encoder and decoder read come back as it wrote them. */
        PARAMETERS_ECHOED(d -> d.aspect.startsWith("fmtp") && without(without(without(d.theirs, "stereo=1"), "sprop-stereo=1"), "usedtx=1")
                .equals(without(without(without(without(d.ours, "stereo=1"), "usedtx=1"), "x-google-start-bitrate=\\d+"), "maxaveragebitrate=510000")));

        private final Predicate<Difference> test;

        Deliberate(Predicate<Difference> test) {
            this.test = test;
        }
    }

    private final List<Difference> differences = new ArrayList<>();
    private int answers;

    @Test
    void every_recorded_offer_is_answered_in_the_recorded_shape() throws Exception {
        Map<String, Client> clients = new HashMap<>();
        Client client = null;
        for (JsonObject line : lines()) {
            if (line.has("recording")) client = Client.of(line, clients);
            else if (line.get("dir").getAsString().equals("client")) client.says(line.getAsJsonObject("msg"));
            else client.isTold(line.getAsJsonObject("msg"), this);
        }
        Set<Deliberate> needed = EnumSet.noneOf(Deliberate.class);
        List<Difference> unexplained = new ArrayList<>();
        for (Difference difference : differences) {
            Optional<Deliberate> reason = Arrays.stream(Deliberate.values()).filter(d -> d.test.test(difference)).findFirst();
            reason.ifPresentOrElse(needed::add, () -> unexplained.add(difference));
        }
        assertThat(answers).isEqualTo(317);
        assertThat(unexplained).as("seed %d", SEED).isEmpty();
        assertThat(needed).as("reasons that are still needed").containsExactly(Deliberate.values());
    }

    @Test
    void every_recorded_description_is_read_and_written_stably() throws Exception {
        int count = 0;
        for (JsonObject line : lines()) {
            for (String text : descriptions(line)) {
                String once = SdpWriter.write(SdpParser.parse(text));
                assertThat(SdpWriter.write(SdpParser.parse(once))).isEqualTo(once);
                count++;
            }
        }
        assertThat(count).isEqualTo(709);
    }

    private static List<String> descriptions(JsonElement json) {
        List<String> all = new ArrayList<>();
        if (json instanceof JsonObject object)
            for (var entry : object.entrySet()) {
                if (entry.getKey().equals("sdp")) all.add(entry.getValue().getAsString());
                else all.addAll(descriptions(entry.getValue()));
            }
        return all;
    }

    /** One connection of a recording, replayed into a peer of ours. */
    private static final class Client {
        private final String name;
        private final PeerSpec.Role role;
        private final Deque<JsonObject> offers = new ArrayDeque<>();
        private final Map<String, JsonObject> added = new LinkedHashMap<>();
        private final Map<String, Sender> senders = new LinkedHashMap<>();
        private Peer peer;

        private Client(String name, PeerSpec.Role role) {
            this.name = name;
            this.role = role;
        }

        static Client of(JsonObject opening, Map<String, Client> clients) throws IOException {
            String name = opening.get("recording").getAsString();
            boolean single = opening.get("open").getAsString().equals("/rtc/v1");
            JsonObject query = opening.getAsJsonObject("query");
            JsonObject join = query.has("join_request") ? query.getAsJsonObject("join_request").getAsJsonObject("joinRequest") : new JsonObject();
            String who = name.substring(0, name.lastIndexOf('.')) + " " + opening.getAsJsonObject("claims").get("sub");
            boolean resumes = query.has("reconnect") || join.has("reconnect");
            Client client = resumes ? clients.get(who) : new Client(name, single ? PeerSpec.Role.SINGLE : PeerSpec.Role.PUBLISHER);
            clients.put(who, client);
            for (JsonElement track : join.has("addTrackRequests") ? join.getAsJsonArray("addTrackRequests") : new JsonArray())
                client.adds(track.getAsJsonObject());
            if (join.has("publisherOffer")) client.offers.add(join.getAsJsonObject("publisherOffer"));
            return client;
        }

        void says(JsonObject message) {
            if (message.has("addTrack")) adds(message.getAsJsonObject("addTrack"));
            if (message.has("offer")) offers.add(message.getAsJsonObject("offer"));
        }

        private void adds(JsonObject request) {
            added.put(request.get("cid").getAsString(), request);
        }

        void isTold(JsonObject message, RecordedNegotiationTest test) throws Exception {
            if (message.has("join")) begin(message.getAsJsonObject("join"));
            if (message.has("trackPublished")) expect(message.getAsJsonObject("trackPublished"));
            if (message.has("answer")) answered(message.getAsJsonObject("answer"), test);
        }

        private void begin(JsonObject join) {
            List<EnabledCodec> enabled = new ArrayList<>();
            for (JsonElement codec : join.getAsJsonObject("room").getAsJsonArray("enabledCodecs"))
                enabled.add(new EnabledCodec(
                        codec.getAsJsonObject().get("mime").getAsString().toLowerCase(Locale.ROOT),
                        codec.getAsJsonObject().has("fmtpLine") ? codec.getAsJsonObject().get("fmtpLine").getAsString() : ""));
            boolean firefox = name.startsWith("firefox");
            var srtp = new PortableSrtpEngine();
            var outbox = new PacketOutbox((flow, bytes, offset, length) -> {}, 4);
            outbox.engine(srtp);
            var tools = new PeerTools(CERTIFICATE, new Random(SEED), new SecureRandom(), KeyOperations::ofJava, outbox);
            PeerHandler handler = (PeerHandler) Proxy.newProxyInstance(
                    PeerHandler.class.getClassLoader(), new Class<?>[] {PeerHandler.class}, (proxy, method, arguments) -> null);
            peer = new Peer(new PeerSpec("RM_1", "PA_1", "ann", role, enabled, firefox, !firefox, false), tools, handler);
            offers.removeIf(offer -> offer.has("answered"));
        }

        private void expect(JsonObject published) {
            JsonObject request = added.get(published.get("cid").getAsString());
            JsonObject track = published.getAsJsonObject("track");
            List<String> cids = new ArrayList<>(List.of(published.get("cid").getAsString()));
            String mime = "";
            JsonArray codecs = track.getAsJsonArray("codecs");
            for (JsonElement codec : codecs) {
                String cid = codec.getAsJsonObject().has("cid") ? codec.getAsJsonObject().get("cid").getAsString() : "";
                if (!cid.isEmpty() && !cids.contains(cid)) cids.add(cid);
            }
            if (codecs.get(0).getAsJsonObject().has("mimeType")) mime = codecs.get(0).getAsJsonObject().get("mimeType").getAsString();
            String features = String.valueOf(track.get("audioFeatures"));
            peer.expect(new PublicationSpec(
                    track.get("sid").getAsString(),
                    cids,
                    request.has("type") && request.get("type").getAsString().equals("VIDEO"),
                    mime,
                    track.has("disableRed"),
                    !features.contains("TF_NO_DTX"),
                    features.contains("TF_STEREO"),
                    track.has("encryption")));
        }

        private void answered(JsonObject recorded, RecordedNegotiationTest test) throws Exception {
            JsonObject offer = offers.removeFirst();
            while (recorded.has("id") && offer.has("id") && recorded.get("id").getAsInt() != offer.get("id").getAsInt()) offer = offers.removeFirst();
            SessionDescription offered = SdpParser.parse(offer.get("sdp").getAsString());
            SessionDescription theirs = SdpParser.parse(recorded.get("sdp").getAsString());
            sends(theirs, recorded.has("midToTrackId") ? recorded.getAsJsonObject("midToTrackId") : new JsonObject());
            SessionDescription ours = SdpParser.parse(SdpWriter.write(peer.answer(0, offered)));
            test.compare(name + " answer " + recorded.get("id"), offered, theirs, ours);
            test.answers++;
        }

        /** What the recorded server had begun or ceased to send when it answered. */
        private void sends(SessionDescription theirs, JsonObject tracks) {
            Set<String> current = new TreeSet<>();
            tracks.entrySet().forEach(entry -> current.add(entry.getValue().getAsString()));
            for (String sid : List.copyOf(senders.keySet())) if (!current.contains(sid)) peer.removeSender(0, senders.remove(sid));
            for (MediaDescription section : theirs.media) {
                if (!tracks.has(section.mid)) continue;
                String sid = tracks.get(section.mid).getAsString();
                if (senders.containsKey(sid)) continue;
                boolean video = section.kind.equals("video");
                senders.put(sid, peer.addSender(0, new SenderSpec(sid, "PA_2", video, section.codecs.getFirst(), 0, false)));
            }
        }
    }

    private void compare(String where, SessionDescription offered, SessionDescription theirs, SessionDescription ours) {
        assertThat(ours.media).as(where).hasSameSizeAs(theirs.media);
        assertThat(ours.bundle).as(where).isEqualTo(theirs.bundle);
        for (int i = 0; i < theirs.media.size(); i++) {
            MediaDescription o = offered.media.get(i);
            MediaDescription t = theirs.media.get(i);
            MediaDescription m = ours.media.get(i);
            String at = where + " section " + i;
            check(at, "kind", o, t, t.kind, m.kind);
            check(at, "mid", o, t, t.mid, m.mid);
            check(at, "protocol", o, t, t.protocol, m.protocol);
            check(at, "rejected", o, t, t.rejected(), m.rejected());
            check(at, "direction", o, t, t.direction, m.direction);
            check(at, "setup", o, t, t.setup, m.setup);
            check(at, "rtcp-mux", o, t, t.rtcpMux, m.rtcpMux);
            check(at, "rtcp-rsize", o, t, t.rtcpReducedSize, m.rtcpReducedSize);
            check(at, "data channels", o, t, t.formats + " " + t.sctpPort, m.formats + " " + m.sctpPort);
            check(at, "rids", o, t, t.rids, m.rids);
            check(at, "simulcast", o, t, t.simulcastReceive, m.simulcastReceive);
            check(at, "extensions", o, t, extensions(t), extensions(m));
            check(at, "codecs", o, t, codecs(t), codecs(m));
            check(at, "first", o, t, first(t), first(m));
            for (Codec recorded : t.codecs) {
                Codec codec = m.codec(recorded.payloadType());
                if (codec == null) continue;
                check(at, "fmtp of " + recorded.name(), o, t, parameters(recorded), parameters(codec));
                check(at, "feedback of " + recorded.name(), o, t, new TreeSet<>(recorded.feedback()).toString(), new TreeSet<>(codec.feedback()).toString());
            }
        }
    }

    private static String parameters(Codec codec) {
        return new TreeSet<>(List.of(codec.fmtp().strip().split("\\s*;\\s*"))).toString();
    }

    private static String extensions(MediaDescription m) {
        return m.extensions.stream().map(e -> e.id() + "=" + e.uri().replaceAll(".*[/:]", "")).sorted().collect(Collectors.joining(" "));
    }

    private static String codecs(MediaDescription m) {
        return m.codecs.stream().map(RecordedNegotiationTest::words).sorted().collect(Collectors.joining(" "));
    }

    private static String words(Codec codec) {
        return codec.payloadType() + "/" + codec.name() + (codec.isRtx() ? codec.apt() : "");
    }

    private static String first(MediaDescription m) {
        return m.codecs.isEmpty() ? "" : String.valueOf(m.codecs.getFirst().payloadType());
    }

    private void check(String where, String aspect, MediaDescription offered, MediaDescription recorded, Object theirs, Object ours) {
        if (!theirs.equals(ours)) differences.add(new Difference(where, aspect, offered, recorded, String.valueOf(theirs), String.valueOf(ours)));
    }

    /** A printed set without an element (a regular expression). */
    private static String without(String words, String word) {
        return words.replaceAll("(?<=[\\[{ ]|^)" + word + "(, | |(?=[}\\]])|$)", "").replaceAll(",? (?=[}\\]]|$)", "");
    }

    private static String only(String words, String allowed) {
        Set<String> set = Set.of(allowed.split(" "));
        return Arrays.stream(words.split(" ")).filter(set::contains).collect(Collectors.joining(" "));
    }

    private static List<JsonObject> lines() throws IOException {
        List<JsonObject> lines = new ArrayList<>();
        try (InputStream in = RecordedNegotiationTest.class.getResourceAsStream("/recordings/negotiations.jsonl.gz");
                BufferedReader reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line; (line = reader.readLine()) != null; ) lines.add(JsonParser.parseString(line).getAsJsonObject());
        }
        return lines;
    }
}
