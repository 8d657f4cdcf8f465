package io.stoa.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Time;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.JoinResponse;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.Ping;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.livekit.TrickleRequest;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A participant: signalling by WebSocket, a connection to receive, and one to send if it has anything to send. Belongs to the loop. */
final class LoadClient extends Timed {
    private static final int PROTOCOL = 15;
    private static final String[] RIDS = {"q", "h", "f"};
    private static final int WIDTH = 1_280;
    private static final int HEIGHT = 720;
    private static final int SIZES = 3;
    private static final long RESIZES = 15 * Time.SECOND;

    private final LoadTools tools;
    private final LoadTotals totals;
    private final LoadOptions options;
    private final String room;
    private final String identity;
    private final boolean video;
    private final boolean audio;
    private final LoadPeer subscriber;
    private final List<LoadTrack> tracks = new ArrayList<>();
    /** With which size it shows pictures, of those below; -1: it does not say. */
    private int size = -1;
    private int sized;
    private long resizeAt = Time.NEVER;
    private LoadPeer publisher;
    private PlainWebSocket socket;
    private int published;
    private long pingInterval;
    private long pingAt = Time.NEVER;
    private boolean closed;

    LoadClient(LoadTools tools, LoadTotals totals, LoadOptions options, String room, String identity, boolean video, boolean audio, boolean verifies) throws IOException {
        this.tools = tools;
        this.totals = totals;
        this.options = options;
        this.room = room;
        this.identity = identity;
        this.video = video;
        this.audio = audio;
        boolean browser = options.browsers() && !publishes();
        if (browser) size = tools.random().nextInt(SIZES);
        subscriber = new LoadPeer(tools, totals, false, verifies, browser ? new Browser(new SplittableRandom(tools.random().nextLong()), options.lossPercent() / 100) : null);
    }

    private boolean publishes() {
        return video || audio;
    }

    /** Any thread. */
    void join() {
        String token = AccessTokens.mint(
                Claims.of(identity, VideoGrant.join(room)), options.key(), options.secret(), Instant.now(), Duration.ofHours(6));
        URI uri = URI.create(options.url() + (options.url().getPath().endsWith("/") ? "" : "/") + "rtc?access_token=" + token + "&auto_subscribe="
                + (publishes() ? 0 : 1) + "&protocol=" + PROTOCOL + "&sdk=go&version=2.5.0&adaptive_stream=" + (size < 0 ? 0 : 1));
        Thread.ofVirtual().name("signal-" + identity).start(() -> read(uri));
    }

    /** Moves messages to the loop, from the first to the last. */
    private void read(URI uri) {
        try (PlainWebSocket opened = new PlainWebSocket(uri)) {
            for (Optional<byte[]> next; (next = opened.read()).isPresent(); ) {
                byte[] message = next.get();
                tools.loop().post(() -> receive(opened, message));
            }
            tools.loop().post(() -> lost("the WebSocket was closed"));
        } catch (IOException e) {
            tools.loop().post(() -> lost("the WebSocket failed: " + e));
        }
    }

    LoadPeer subscriber() {
        return subscriber;
    }

    boolean sending() {
        return tracks.stream().flatMap(track -> track.layers().stream()).allMatch(source -> source.packets() > 10) && !tracks.isEmpty();
    }

    private void lost(String how) {
        pingAt = resizeAt = Time.NEVER;
        if (!closed) totals.failure(how);
    }

    private void receive(PlainWebSocket from, byte[] message) {
        if (closed) return;
        socket = from;
        try {
            told(tools.loop().now(), SignalResponse.parseFrom(message));
        } catch (SdpException | IOException e) {
            totals.failure("signalling: " + e);
        }
    }

    private void told(long now, SignalResponse response) throws SdpException, IOException {
        switch (response.getMessageCase()) {
            case JOIN -> joined(now, response.getJoin());
            case OFFER -> {
                var answer = subscriber.answer(now, SdpParser.parse(response.getOffer().getSdp()));
                send(SignalRequest.newBuilder().setAnswer(SessionDescription.newBuilder()
                        .setType("answer").setSdp(SdpWriter.write(answer)).setId(response.getOffer().getId())));
                if (size >= 0 && subscriber.pictures().size() > sized) resize(now);
            }
            case ANSWER -> publisher.accept(now, SdpParser.parse(response.getAnswer().getSdp()));
            case TRICKLE -> trickle(now, response.getTrickle());
            case TRACK_PUBLISHED -> {
                if (++published == tracks.size())
                    send(SignalRequest.newBuilder().setOffer(SessionDescription.newBuilder()
                            .setType("offer").setSdp(SdpWriter.write(publisher.offer(tracks))).setId(1)));
            }
            case LEAVE -> lost("told to leave: " + response.getLeave().getReason());
            default -> {} // who else is there, and how well they are heard
        }
    }

    private void joined(long now, JoinResponse join) throws IOException {
        pingInterval = Math.max(1, join.getPingInterval()) * Time.SECOND;
        pingAt = now + pingInterval;
        tools.loop().arm(this);
        if (!publishes()) return;
        publisher = new LoadPeer(tools, totals, true, false, null);
        if (video) add(camera(), TrackType.VIDEO, TrackSource.CAMERA);
        if (audio) add(List.of(new MediaSource.Opus(publisher, options.audioMillis(), tools.random())), TrackType.AUDIO, TrackSource.MICROPHONE);
    }

    private List<MediaSource> camera() {
        List<MediaSource> layers = new ArrayList<>();
        int count = options.layers();
        for (int layer = 0; layer < count; layer++)
            layers.add(new MediaSource.Vp8(publisher, options.bitrateBps() >> 2 * (count - 1 - layer), count == 1 ? null : RIDS[layer], tools.random()));
        return layers;
    }

    private void add(List<MediaSource> layers, TrackType type, TrackSource kind) {
        String cid = identity + "-" + type;
        tracks.add(new LoadTrack(cid, layers));
        AddTrackRequest.Builder track = AddTrackRequest.newBuilder().setCid(cid).setName(cid).setType(type).setSource(kind).setDisableRed(true);
        if (type == TrackType.VIDEO) track.setWidth(WIDTH).setHeight(HEIGHT);
        if (layers.size() > 1)
            for (int layer = 0; layer < layers.size(); layer++) {
                int smaller = layers.size() - 1 - layer;
                track.addLayers(VideoLayer.newBuilder()
                        .setQualityValue(layer).setWidth(WIDTH >> smaller).setHeight(HEIGHT >> smaller).setBitrate(options.bitrateBps() >> 2 * smaller));
            }
        send(SignalRequest.newBuilder().setAddTrack(track));
    }

    /** Adaptive stream: each picture is shown with another size than before. */
    private void resize(long now) {
        size = (size + 1) % SIZES;
        sized = subscriber.pictures().size();
        resizeAt = now + RESIZES;
        tools.loop().arm(this);
        UpdateTrackSettings.Builder settings = UpdateTrackSettings.newBuilder().addAllTrackSids(subscriber.pictures());
        send(SignalRequest.newBuilder().setTrackSetting(settings.setWidth(WIDTH >> size).setHeight(HEIGHT >> size)));
    }

    private void trickle(long now, TrickleRequest trickle) {
        if (trickle.getCandidateInit().isEmpty()) return;
        JsonObject init = JsonParser.parseString(trickle.getCandidateInit()).getAsJsonObject();
        String line = init.has("candidate") ? init.get("candidate").getAsString() : "";
        LoadPeer of = trickle.getTarget() == SignalTarget.PUBLISHER ? publisher : subscriber;
        if (of != null) of.addCandidate(now, line);
    }

    private void send(SignalRequest.Builder request) {
        try {
            socket.send(request.build().toByteArray());
        } catch (IOException e) {
            lost("the WebSocket takes nothing: " + e);
        }
    }

    @Override
    void wake(long now) {
        if (Time.due(resizeAt, now)) resize(now);
        if (!Time.due(pingAt, now)) return;
        pingAt = now + pingInterval;
        send(SignalRequest.newBuilder().setPingReq(Ping.newBuilder().setTimestamp(System.currentTimeMillis())));
    }

    @Override
    long nextWake() {
        return Time.earlier(pingAt, resizeAt);
    }

    void leave() {
        if (socket == null) return;
        closed = true;
        send(SignalRequest.newBuilder().setLeave(LeaveRequest.newBuilder().setReason(DisconnectReason.CLIENT_INITIATED)));
    }

    void close() {
        closed = true;
        pingAt = resizeAt = Time.NEVER;
        subscriber.close();
        if (publisher != null) publisher.close();
        if (socket != null) socket.close();
    }
}
