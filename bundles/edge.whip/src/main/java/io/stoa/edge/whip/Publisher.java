package io.stoa.edge.whip;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrickleRequest;
import io.stoa.room.RoomException;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The signalling session of a WHIP client: until it is connected, then for as long as one of its requests takes. */
final class Publisher implements SignalSink {
    private static final long ANSWER_SECONDS = 10;
    /** For the candidates of an answer: they are all known when it is made, and follow at once. */
    private static final long CANDIDATES_MILLIS = 1_000;
    /** Who is not connected after that is not there any more; of who was connected before nobody may tell. */
    private static final long CONNECTION_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** After that a subscription may have come about. */
    private static final long SUBSCRIPTION_MILLIS = 100;

    private SignalSession session;
    private String participantSid = "";
    private List<ICEServer> iceServers = List.of();
    private LeaveRequest refusal;
    private String answer;
    private final List<String> candidates = new ArrayList<>();
    private boolean allCandidates;
    private boolean closed;
    private boolean connected;
    private boolean over;
    private List<TrackInfo> mine = List.of();
    /** Sids of the tracks of others, by identity and name. */
    private final Map<String, Map<String, String>> others = new HashMap<>();

    private Publisher() {}

    /** @throws WhipException {@code 503} with what the room says against it */
    static Publisher open(SignalServer server, StartSession start) throws WhipException {
        Publisher publisher = new Publisher();
        publisher.participantSid = start.getParticipantId();
        try {
            SignalSession session = server.open(start, publisher);
            synchronized (publisher) {
                publisher.session = session;
            }
        } catch (RoomException e) {
            throw new WhipException(e.code() == RoomException.Code.NOT_FOUND ? 404 : 503, e.getMessage());
        }
        LeaveRequest refusal = publisher.refusal();
        if (refusal == null) return publisher;
        publisher.release();
        throw new WhipException(start.getReconnect() ? 404 : 503, start.getReconnect() ? "participant does not exist" : "the room refuses: " + refusal.getReason());
    }

    @Override
    public synchronized void send(SignalResponse response) {
        switch (response.getMessageCase()) {
            case JOIN -> {
                participantSid = response.getJoin().getParticipant().getSid();
                iceServers = response.getJoin().getIceServersList();
                response.getJoin().getOtherParticipantsList().forEach(this::others);
            }
            case LEAVE -> {
                refusal = response.getLeave();
                over = true;
            }
            case ANSWER -> answer = response.getAnswer().getSdp();
            case TRICKLE -> {
                JsonObject init = JsonParser.parseString(response.getTrickle().getCandidateInit()).getAsJsonObject();
                candidates.add(init.get("candidate").getAsString());
                allCandidates = response.getTrickle().getFinal();
            }
            case UPDATE -> response.getUpdate().getParticipantsList().forEach(this::update);
            default -> {} // does not matter to somebody who does not speak of it
        }
        notifyAll();
    }

    private void update(ParticipantInfo who) {
        if (!who.getSid().equals(participantSid)) {
            others(who);
            return;
        }
        mine = who.getTracksList();
        connected |= who.getState() == ParticipantInfo.State.ACTIVE;
        if (who.getState() == ParticipantInfo.State.DISCONNECTED) over = true;
    }

    private void others(ParticipantInfo who) {
        Map<String, String> tracks = new HashMap<>();
        for (TrackInfo track : who.getTracksList()) tracks.put(track.getName(), track.getSid());
        others.put(who.getIdentity(), tracks);
    }

    /** What it publishes, as the room says. */
    synchronized List<TrackInfo> tracks() {
        return mine;
    }

    synchronized void remember(List<TrackInfo> tracks) {
        if (mine.isEmpty()) mine = tracks;
    }

    /** The room has said that it is not in there any more. */
    synchronized boolean hasLeft() {
        return over;
    }

    /** @return whether it is over, or its signalling is */
    synchronized boolean awaitEnd(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            for (long left; !over && !closed && (left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) > 0; ) wait(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
        return over || closed;
    }

    /**
     * Offers as soon as the named tracks of others are there, and again until the answer has all of them.
     *
     * @throws WhipException {@code 503} naming what does not come
     */
    SessionDescription answerWith(Map<String, List<String>> names, Offer offer) throws WhipException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        List<String> sids = named(names);
        while (true) {
            offer(offer.sdp());
            SessionDescription with = answer();
            String text = SdpWriter.write(with);
            if (sids.stream().allMatch(text::contains)) return with;
            if (System.nanoTime() - end > 0) throw new WhipException(503, "the answer does not have all tracks that were asked for: it may offer too few sections");
            pause();
            offer.again();
        }
    }

    private synchronized void pause() throws WhipException {
        await(SUBSCRIPTION_MILLIS, () -> false);
    }

    private synchronized List<String> named(Map<String, List<String>> names) throws WhipException {
        List<String> missing = new ArrayList<>();
        List<String> sids = new ArrayList<>();
        await(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS), () -> {
            missing.clear();
            sids.clear();
            names.forEach((identity, tracks) -> tracks.forEach(track -> {
                String sid = others.getOrDefault(identity, Map.of()).get(track);
                if (sid == null) missing.add(identity + "/" + track);
                else sids.add(sid);
            }));
            return missing.isEmpty();
        });
        if (!missing.isEmpty()) throw new WhipException(503, "not published: " + String.join(", ", missing));
        return sids;
    }

    /** The participant is left on its own as soon as its connection is there: until then it lives by its signalling. */
    void leaveOnceConnected() {
        Thread.ofVirtual().name("whip-until-connected").start(() -> {
            awaitConnection();
            release();
        });
    }

    private synchronized void awaitConnection() {
        long until = System.nanoTime() + CONNECTION_NANOS;
        try {
            for (long left; !connected && !over && !closed && (left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) > 0; ) wait(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized LeaveRequest refusal() {
        return refusal;
    }

    synchronized String participantSid() {
        return participantSid;
    }

    synchronized List<ICEServer> iceServers() {
        return iceServers;
    }

    /** The answer to the last offer, with all candidates. */
    synchronized SessionDescription answer() throws WhipException {
        if (!await(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS), () -> answer != null)) throw new WhipException(503, "no answer from the room");
        await(CANDIDATES_MILLIS, () -> allCandidates);
        try {
            SessionDescription description = SdpParser.parse(answer);
            MediaDescription first = IceFragment.transport(description);
            if (first.candidates.isEmpty()) first.candidates = new ArrayList<>(candidates);
            first.endOfCandidates = true;
            return description;
        } catch (SdpException e) {
            throw new IllegalStateException("our own answer", e);
        }
    }

    private boolean await(long millis, BooleanSupplier condition) throws WhipException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (!condition.getAsBoolean()) {
                long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (refusal != null || closed) throw new WhipException(503, "the room has ended the session");
                if (left <= 0) return false;
                wait(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WhipException(503, "the server is going away");
        }
    }

    void trickle(List<String> lines) {
        for (String line : lines) {
            JsonObject init = new JsonObject();
            init.addProperty("candidate", line);
            session().receive(SignalRequest.newBuilder()
                    .setTrickle(TrickleRequest.newBuilder().setCandidateInit(init.toString()).setTarget(SignalTarget.PUBLISHER))
                    .build());
        }
    }

    void offer(String sdp) {
        synchronized (this) {
            answer = null;
            candidates.clear();
            allCandidates = false;
        }
        session().receive(SignalRequest.newBuilder()
                .setOffer(io.stoa.protocol.livekit.SessionDescription.newBuilder().setType("offer").setSdp(sdp))
                .build());
    }

    void leave() {
        session().receive(SignalRequest.newBuilder().setLeave(LeaveRequest.getDefaultInstance()).build());
    }

    private synchronized SignalSession session() {
        return session;
    }

    /** By the room. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** The participant is on its own again. */
    void release() {
        close();
        session().closed();
    }
}
