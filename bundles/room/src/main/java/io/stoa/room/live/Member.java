package io.stoa.room.live;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ConnectionQuality;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.MediaSectionsRequirement;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.ParticipantTracks;
import io.stoa.protocol.livekit.RequestResponse;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.SubscriptionError;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.SubscriptionPermissionUpdate;
import io.stoa.protocol.livekit.SubscriptionResponse;
import io.stoa.protocol.livekit.SyncState;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackPermission;
import io.stoa.protocol.livekit.TrackPublishedResponse;
import io.stoa.protocol.livekit.TrackSubscribed;
import io.stoa.protocol.livekit.TrackUnpublishedResponse;
import io.stoa.protocol.livekit.TrickleRequest;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.room.SignalSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A participant. Owned by its room's mailbox; the listeners of its peers only post there. */
final class Member {
    private static final Logger LOG = LoggerFactory.getLogger(Member.class);
    private static final long OFFER_DELAY_MILLIS = 10;
    private static final long NEGOTIATION_MILLIS = 15_000;
    private static final long RESUME_MILLIS = 5_000;
    private static final long SIGNAL_LOST_MILLIS = 60_000;

    private final ActiveRoom room;
    private final String identity;
    private final String sid;
    private final StartSession start;
    private final Publications publications;
    private final Subscriptions subscriptions = new Subscriptions(this);
    private final ParticipantInfo.Builder info;
    private Claims claims;
    private ParticipantPermission permission;
    private SignalSink sink;
    private int sinkGeneration;
    private MediaPeer publisher;
    private MediaPeer subscriber;
    private boolean single;
    private boolean everActive;
    private boolean closed;
    private volatile boolean open = true;
    private volatile String grantsJson;
    private volatile Runnable grantsListener = () -> {};
    private SubscriptionPermission allowed = SubscriptionPermission.newBuilder().setAllParticipants(true).build();
    private boolean offerOutstanding;
    private boolean offerScheduled;
    private boolean offerAgain;
    private int offerId;
    private int offerGeneration;
    private final Map<SignalTarget, String> heldCandidate = new LinkedHashMap<>();
    private final Map<SignalTarget, Integer> describing = new LinkedHashMap<>();
    private final ArrayDeque<SignalResponse.Builder> behindDescription = new ArrayDeque<>();
    final ArrayDeque<byte[]> waitingData = new ArrayDeque<>();
    int waitingBytes;
    int lastReliableSequence;
    double speakerLevel;
    ConnectionQuality quality = ConnectionQuality.EXCELLENT;
    boolean qualityTold;
    boolean announced;

    Member(ActiveRoom room, String sid, StartSession start, Claims claims, SignalSink sink, int firstOfferId) {
        this.room = room;
        this.sid = sid;
        this.start = start;
        this.claims = claims;
        this.sink = sink;
        identity = start.getIdentity();
        offerId = firstOfferId;
        publications = new Publications(room.ids());
        permission = (claims.video() == null ? VideoGrant.NONE : claims.video()).permission();
        grantsJson = claims.toJson();
        long now = room.millis();
        info = ParticipantInfo.newBuilder()
                .setSid(sid)
                .setIdentity(identity)
                .setName(claims.name())
                .setMetadata(claims.metadata())
                .putAllAttributes(claims.attributes())
                .setState(ParticipantInfo.State.JOINING)
                .setKind(claims.kind())
                .addAllKindDetails(claims.kindDetails())
                .setJoinedAt(now / 1000)
                .setJoinedAtMs(now)
                .setPermission(permission)
                .setRegion(room.region())
                .setClientProtocol(start.getClient().getClientProtocol())
                .addAllCapabilities(start.getClient().getCapabilitiesList());
    }

    // -- what others ask

    ActiveRoom room() {
        return room;
    }

    String identity() {
        return identity;
    }

    String sid() {
        return sid;
    }

    int protocol() {
        return start.getClient().getProtocol();
    }

    boolean open() {
        return open;
    }

    boolean hidden() {
        return permission.getHidden();
    }

    ParticipantInfo.Kind kind() {
        return info.getKind();
    }

    /** Neither keeps a room open nor counts (spec 5.2). */
    boolean dependent() {
        return kind() == ParticipantInfo.Kind.AGENT || kind() == ParticipantInfo.Kind.EGRESS || permission.getAgent() || permission.getRecorder();
    }

    boolean recorder() {
        return kind() == ParticipantInfo.Kind.EGRESS || permission.getRecorder();
    }

    boolean active() {
        return info.getState() == ParticipantInfo.State.ACTIVE;
    }

    ParticipantPermission permission() {
        return permission;
    }

    Publications publications() {
        return publications;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    boolean autoSubscribe() {
        return start.getAutoSubscribe();
    }

    boolean adaptiveStream() {
        return start.getAdaptiveStream();
    }

    /** The connection by which the client publishes. */
    MediaPeer sending() {
        return publisher;
    }

    /** The connection by which the client receives. */
    MediaPeer receiving() {
        return subscriber;
    }

    ParticipantInfo info() {
        return info.clone().clearTracks().addAllTracks(publications.infos()).setIsPublisher(!publications.infos().isEmpty()).build();
    }

    String grantsJson() {
        return grantsJson;
    }

    void onGrantsChanged(Runnable listener) {
        grantsListener = listener;
    }

    int sinkGeneration() {
        return sinkGeneration;
    }

    void send(SignalResponse.Builder response) {
        if (sink != null) sink.send(response.build());
    }

    void changed() {
        info.setVersion(info.getVersion() + 1);
    }

    // -- connections

    void connect() {
        single = start.getUseSinglePeerConnection();
        if (single) {
            publisher = subscriber = room.open(spec(PeerSpec.Role.SINGLE), new Events(SignalTarget.PUBLISHER));
        } else {
            publisher = room.open(spec(PeerSpec.Role.PUBLISHER), new Events(SignalTarget.PUBLISHER));
            subscriber = room.open(spec(PeerSpec.Role.SUBSCRIBER), new Events(SignalTarget.SUBSCRIBER));
        }
    }

    private PeerSpec spec(PeerSpec.Role role) {
        boolean firefox = start.getClient().getBrowser().equalsIgnoreCase("firefox");
        return new PeerSpec(room.sid(), sid, identity, role, room.enabledCodecs(), firefox, !firefox);
    }

    boolean subscriberPrimary() {
        return !single && permission.getCanSubscribe() && protocol() >= 3;
    }

    /** The join response is out: what was in the join request is done, and the first offer goes out. */
    void joined() {
        become(ParticipantInfo.State.JOINED);
        for (AddTrackRequest track : start.getAddTrackRequestsList()) addTrack(track);
        if (start.hasPublisherOffer()) offer(start.getPublisherOffer());
        if (!single) scheduleOffer(0, false);
    }

    private void become(ParticipantInfo.State state) {
        if (state.getNumber() <= info.getState().getNumber()) return;
        info.setState(state);
        changed();
    }

    // -- requests of the client

    void receive(SignalRequest request) {
        if (closed) return;
        switch (request.getMessageCase()) {
            case OFFER -> offer(request.getOffer());
            case ANSWER -> answer(request.getAnswer());
            case TRICKLE -> trickle(request.getTrickle());
            case ADD_TRACK -> addTrack(request.getAddTrack());
            case MUTE -> {
                if (!mute(request.getMute().getSid(), request.getMute().getMuted(), false)) refuse(0, RequestResponse.Reason.NOT_FOUND, "track not found", request);
            }
            case SUBSCRIPTION -> {
                var wanted = request.getSubscription();
                List<String> sids = new ArrayList<>(wanted.getTrackSidsList());
                for (ParticipantTracks tracks : wanted.getParticipantTracksList()) sids.addAll(tracks.getTrackSidsList());
                subscribe(sids, wanted.getSubscribe());
            }
            case TRACK_SETTING -> subscriptions.set(request.getTrackSetting());
            case LEAVE -> leave(request.getLeave().getReason());
            case SUBSCRIPTION_PERMISSION -> {
                allowed = request.getSubscriptionPermission();
                for (Member member : room.members()) member.subscriptions.reconcile(this);
            }
            case SYNC_STATE -> sync(request.getSyncState());
            case SIMULATE -> {
                if (request.getSimulate().getServerLeave()) close(DisconnectReason.SERVER_SHUTDOWN, LeaveRequest.Action.DISCONNECT);
            }
            case UPDATE_METADATA -> updateOwn(request.getUpdateMetadata(), request);
            case UPDATE_AUDIO_TRACK -> {
                var update = request.getUpdateAudioTrack();
                Publications.Entry entry = publications.get(update.getTrackSid());
                if (entry == null) refuse(0, RequestResponse.Reason.NOT_FOUND, "track not found", request);
                else {
                    entry.info.clearAudioFeatures().addAllAudioFeatures(update.getFeaturesList());
                    changed();
                    room.announce(this);
                }
            }
            case UPDATE_VIDEO_TRACK -> {
                var update = request.getUpdateVideoTrack();
                Publications.Entry entry = publications.get(update.getTrackSid());
                if (entry == null) refuse(0, RequestResponse.Reason.NOT_FOUND, "track not found", request);
                else {
                    entry.info.setWidth(update.getWidth()).setHeight(update.getHeight());
                    changed();
                    room.announce(this);
                }
            }
            case PUBLISH_DATA_TRACK_REQUEST, UNPUBLISH_DATA_TRACK_REQUEST, UPDATE_DATA_SUBSCRIPTION ->
                refuse(0, RequestResponse.Reason.NOT_ALLOWED, "data tracks are not available on this server", request);
            case STORE_DATA_BLOB_REQUEST -> refuse(request.getStoreDataBlobRequest().getRequestId(), RequestResponse.Reason.NOT_ALLOWED, "data blob not enabled", request);
            case GET_DATA_BLOB_REQUEST -> refuse(request.getGetDataBlobRequest().getRequestId(), RequestResponse.Reason.NOT_FOUND, "data blob not found", request);
            case PING, PING_REQ, UPDATE_LAYERS, MESSAGE_NOT_SET -> {} // signs of life
        }
    }

    private void refuse(int requestId, RequestResponse.Reason reason, String message, SignalRequest request) {
        RequestResponse.Builder response = RequestResponse.newBuilder().setRequestId(requestId).setReason(reason).setMessage(message);
        switch (request.getMessageCase()) {
            case TRICKLE -> response.setTrickle(request.getTrickle());
            case ADD_TRACK -> response.setAddTrack(request.getAddTrack());
            case MUTE -> response.setMute(request.getMute());
            case UPDATE_METADATA -> response.setUpdateMetadata(request.getUpdateMetadata());
            case UPDATE_AUDIO_TRACK -> response.setUpdateAudioTrack(request.getUpdateAudioTrack());
            case UPDATE_VIDEO_TRACK -> response.setUpdateVideoTrack(request.getUpdateVideoTrack());
            case PUBLISH_DATA_TRACK_REQUEST -> response.setPublishDataTrack(request.getPublishDataTrackRequest());
            case UNPUBLISH_DATA_TRACK_REQUEST -> response.setUnpublishDataTrack(request.getUnpublishDataTrackRequest());
            default -> {} // others carry no copy
        }
        send(SignalResponse.newBuilder().setRequestResponse(response));
    }

    private void offer(SessionDescription offer) {
        describing(SignalTarget.PUBLISHER);
        publisher.answer(offer.getSdp()).whenComplete((answer, failure) -> room.post(() -> {
            if (closed) return;
            if (failure != null) {
                LOG.warn("room {}: offer of {} cannot be answered: {}", room.name(), identity, rootMessage(failure));
                close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
                return;
            }
            send(SignalResponse.newBuilder().setAnswer(SessionDescription.newBuilder()
                    .setType("answer")
                    .setSdp(answer.sdp())
                    .setId(offer.getId())
                    .putAllMidToTrackId(answer.trackSidByMid())));
            described(SignalTarget.PUBLISHER);
        }));
    }

    private static String rootMessage(Throwable failure) {
        while (failure.getCause() != null) failure = failure.getCause();
        return failure.getMessage();
    }

    private void answer(SessionDescription answer) {
        if (single) return;
        subscriber.acceptAnswer(answer.getSdp()).whenComplete((done, failure) -> room.post(() -> {
            if (closed) return;
            if (failure != null) LOG.warn("room {}: answer of {} cannot be used: {}", room.name(), identity, rootMessage(failure));
            offerOutstanding = false;
            offerGeneration++;
            if (offerAgain) scheduleOffer(0, false);
        }));
    }

    /** Offers are debounced, one is outstanding, further needs wait for its answer (spec 6.3). */
    private void scheduleOffer(long delayMillis, boolean restartIce) {
        if (offerScheduled && !restartIce) return;
        offerScheduled = true;
        room.after(delayMillis, () -> {
            offerScheduled = false;
            if (closed) return;
            if (offerOutstanding && !restartIce) offerAgain = true;
            else sendOffer(restartIce);
        });
    }

    private void sendOffer(boolean restartIce) {
        offerOutstanding = true;
        offerAgain = false;
        int generation = ++offerGeneration;
        describing(SignalTarget.SUBSCRIBER);
        subscriber.offer(restartIce).whenComplete((sdp, failure) -> room.post(() -> {
            if (closed) return;
            if (failure != null) {
                offerOutstanding = false;
                LOG.warn("room {}: no offer for {}: {}", room.name(), identity, rootMessage(failure));
                described(SignalTarget.SUBSCRIBER);
                return;
            }
            send(SignalResponse.newBuilder().setOffer(SessionDescription.newBuilder().setType("offer").setSdp(sdp).setId(offerId++)));
            described(SignalTarget.SUBSCRIBER);
        }));
        room.after(NEGOTIATION_MILLIS, () -> {
            if (!closed && offerOutstanding && generation == offerGeneration && sink != null)
                close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
        });
    }

    private void trickle(TrickleRequest trickle) {
        MediaPeer peer = single || trickle.getTarget() == SignalTarget.PUBLISHER ? publisher : subscriber;
        try {
            JsonObject init = JsonParser.parseString(trickle.getCandidateInit()).getAsJsonObject();
            if (init.has("candidate") && !init.get("candidate").isJsonNull()) peer.addCandidate(init.get("candidate").getAsString());
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            refuse(0, RequestResponse.Reason.UNCLASSIFIED_ERROR, "candidateInit is no JSON object", SignalRequest.newBuilder().setTrickle(trickle).build());
        }
    }

    private void addTrack(AddTrackRequest request) {
        SignalRequest original = SignalRequest.newBuilder().setAddTrack(request).build();
        if (!mayPublish(request)) {
            refuse(0, RequestResponse.Reason.NOT_ALLOWED, "not allowed to publish this source", original);
            return;
        }
        Publications.Announced announcedTrack = publications.add(request);
        if (announcedTrack.entry() == null) refuse(0, announcedTrack.refusal(), "track was not added", original);
        else expect(announcedTrack.entry(), request.getCid());
    }

    private boolean mayPublish(AddTrackRequest request) {
        if (!permission.getCanPublish()) return false;
        return permission.getCanPublishSourcesCount() == 0 || permission.getCanPublishSourcesList().contains(request.getSource());
    }

    private void expect(Publications.Entry entry, String cid) {
        Publications.expect(publisher, entry);
        publisher.setPublicationMuted(entry.info.getSid(), entry.info.getMuted());
        send(SignalResponse.newBuilder().setTrackPublished(TrackPublishedResponse.newBuilder().setCid(cid).setTrack(entry.info)));
    }

    /** @return false if there is no such track */
    boolean mute(String trackSid, boolean muted, boolean byAdmin) {
        Publications.Entry entry = publications.get(trackSid);
        if (entry == null) return false;
        if (entry.info.getMuted() == muted) return true;
        entry.info.setMuted(muted).setVersion(room.version());
        publisher.setPublicationMuted(trackSid, muted);
        if (byAdmin) send(SignalResponse.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(muted)));
        changed();
        if (entry.published) room.announce(this);
        return true;
    }

    void subscribe(List<String> trackSids, boolean subscribe) {
        subscriptions.wish(trackSids, subscribe);
        for (String trackSid : trackSids) {
            Member owner = room.ownerOf(trackSid);
            if (owner != null) subscriptions.reconcile(owner);
        }
    }

    /** Spec 5.9: what this participant lets another one have. */
    boolean permits(Member other, String trackSid) {
        if (allowed.getAllParticipants() || other.recorder()) return true;
        for (TrackPermission entry : allowed.getTrackPermissionsList()) {
            boolean same = entry.getParticipantIdentity().isEmpty() ? entry.getParticipantSid().equals(other.sid) : entry.getParticipantIdentity().equals(other.identity);
            if (same) return entry.getAllTracks() || entry.getTrackSidsList().contains(trackSid);
        }
        return false;
    }

    void subscriptionPermission(Member publisherMember, String trackSid, boolean permitted) {
        send(SignalResponse.newBuilder().setSubscriptionPermissionUpdate(SubscriptionPermissionUpdate.newBuilder()
                .setParticipantSid(publisherMember.sid)
                .setTrackSid(trackSid)
                .setAllowed(permitted)));
    }

    private void updateOwn(UpdateParticipantMetadata update, SignalRequest request) {
        if (!permission.getCanUpdateMetadata()) {
            refuse(update.getRequestId(), RequestResponse.Reason.NOT_ALLOWED, "does not have permission to update own metadata", request);
            return;
        }
        String fault = room.limitFault(update.getName(), update.getMetadata(), update.getAttributesMap());
        if (fault != null) {
            refuse(update.getRequestId(), RequestResponse.Reason.LIMIT_EXCEEDED, fault, request);
            return;
        }
        describe(update.getName(), update.getMetadata(), update.getAttributesMap());
        if (protocol() >= 15)
            send(SignalResponse.newBuilder().setRequestResponse(RequestResponse.newBuilder().setRequestId(update.getRequestId()).setReason(RequestResponse.Reason.OK)));
    }

    /** Empty = unchanged; an attribute with an empty value goes (spec 5.5). */
    void describe(String name, String metadata, Map<String, String> attributes) {
        if (!name.isEmpty()) info.setName(name);
        if (!metadata.isEmpty()) info.setMetadata(metadata);
        attributes.forEach((key, value) -> {
            if (value.isEmpty()) info.removeAttributes(key);
            else info.putAttributes(key, value);
        });
        changed();
        grantsChanged();
        room.announce(this);
    }

    /** Spec 5.6: what is no longer allowed ends, what is newly allowed begins. */
    void permit(ParticipantPermission next) {
        boolean wasHidden = hidden();
        permission = next;
        info.setPermission(next);
        changed();
        for (Publications.Entry entry : publications.all()) {
            boolean mayStay = next.getCanPublish()
                    && (next.getCanPublishSourcesCount() == 0 || next.getCanPublishSourcesList().contains(entry.info.getSource()));
            if (!mayStay) unpublish(entry.info.getSid(), true);
        }
        for (Member member : room.members()) if (member != this) subscriptions.reconcile(member);
        grantsChanged();
        if (hidden() && !wasHidden) room.vanish(this);
        room.announce(this);
    }

    private void grantsChanged() {
        VideoGrant grant = claims.video() == null ? VideoGrant.NONE : claims.video();
        claims = claims.with(info.getName(), info.getMetadata(), info.getAttributesMap(), grant.with(permission));
        grantsJson = claims.toJson();
        grantsListener.run();
    }

    private void leave(DisconnectReason asked) {
        DisconnectReason reason = switch (asked) {
            case USER_UNAVAILABLE, USER_REJECTED, AGENT_ERROR -> asked;
            default -> DisconnectReason.CLIENT_INITIATED;
        };
        close(reason, LeaveRequest.Action.DISCONNECT);
    }

    // -- signalling comes and goes

    /** A new WebSocket takes over. */
    void resume(SignalSink next) {
        if (sink != null) sink.close();
        sink = next;
        sinkGeneration++;
        send(SignalResponse.newBuilder().setReconnect(room.reconnectResponse(lastReliableSequence)));
        room.sendEverybody(this);
        room.sendRoom(this);
        if (!single) {
            offerOutstanding = false;
            scheduleOffer(0, true);
        }
    }

    private void sync(SyncState state) {
        for (TrackPublishedResponse track : state.getPublishTracksList()) {
            if (publications.get(track.getTrack().getSid()) != null) continue;
            close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
            return;
        }
        if (state.getTrackSidsDisabledCount() > 0)
            subscriptions.set(io.stoa.protocol.livekit.UpdateTrackSettings.newBuilder()
                    .addAllTrackSids(state.getTrackSidsDisabledList())
                    .setDisabled(true)
                    .build());
        var wanted = state.getSubscription();
        List<String> sids = new ArrayList<>(wanted.getTrackSidsList());
        for (ParticipantTracks tracks : wanted.getParticipantTracksList()) sids.addAll(tracks.getTrackSidsList());
        if (!sids.isEmpty()) subscribe(sids, wanted.getSubscribe());
    }

    void signalClosed(int generation) {
        if (closed || generation != sinkGeneration) return;
        sink = null;
        if (!everActive) {
            close(DisconnectReason.SIGNAL_CLOSE, LeaveRequest.Action.DISCONNECT);
            return;
        }
        // As long as media lives the participant does, but not for ever (bounded, spec 0).
        room.after(SIGNAL_LOST_MILLIS, () -> {
            if (!closed && sink == null && generation == sinkGeneration) close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    private void mediaFailed(String reason) {
        LOG.info("room {}: media of {} failed: {}", room.name(), identity, reason);
        if (sink == null) {
            close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
            return;
        }
        int generation = sinkGeneration;
        if (protocol() >= 13) {
            send(SignalResponse.newBuilder(Leaves.of(protocol(), LeaveRequest.Action.RESUME, DisconnectReason.CONNECTION_TIMEOUT)));
            sink.close();
            sink = null;
        }
        room.after(RESUME_MILLIS, () -> {
            if (!closed && generation == sinkGeneration) close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    /** Ends the participant: it is told, its connections close, the others see it go. */
    void close(DisconnectReason reason, LeaveRequest.Action action) {
        if (closed) return;
        closed = true;
        open = false;
        if (sink != null) {
            sink.send(Leaves.of(protocol(), action, reason));
            sink.close();
            sink = null;
        }
        if (publisher != null) publisher.close();
        if (subscriber != null && subscriber != publisher) subscriber.close();
        info.setState(ParticipantInfo.State.DISCONNECTED).setDisconnectReason(reason);
        changed();
        room.left(this, reason);
    }

    void unpublish(String trackSid, boolean tellOwner) {
        Publications.Entry entry = publications.get(trackSid);
        if (entry == null) return;
        Publications.Entry next = publications.remove(trackSid);
        publisher.unpublish(trackSid);
        if (tellOwner && protocol() >= 7)
            send(SignalResponse.newBuilder().setTrackUnpublished(TrackUnpublishedResponse.newBuilder().setTrackSid(trackSid)));
        for (Member member : room.members()) member.subscriptions.forget(trackSid);
        changed();
        if (entry.published) {
            room.announce(this);
            room.unpublished(this, entry.info.build());
        }
        if (next != null) expect(next, next.cid);
    }

    // -- events of the connections, on the mailbox

    private void candidate(SignalTarget target, String line, String mid, int index, boolean last) {
        String held = last ? heldCandidate.remove(target) : heldCandidate.put(target, init(line, mid, index));
        if (held == null) return;
        SignalResponse.Builder trickle =
                SignalResponse.newBuilder().setTrickle(TrickleRequest.newBuilder().setCandidateInit(held).setTarget(target).setFinal(last));
        inOrder(target, trickle);
    }

    /** What belongs to a description that is still being written goes out behind it (spec 4.8). */
    private void inOrder(SignalTarget target, SignalResponse.Builder response) {
        if (describing.getOrDefault(target, 0) > 0) behindDescription.add(response);
        else send(response);
    }

    private void describing(SignalTarget target) {
        describing.merge(target, 1, Integer::sum);
    }

    private void described(SignalTarget target) {
        describing.merge(target, -1, Integer::sum);
        for (SignalResponse.Builder trickle; (trickle = behindDescription.poll()) != null; ) send(trickle);
    }

    private static String init(String line, String mid, int index) {
        JsonObject init = new JsonObject();
        init.addProperty("candidate", line);
        init.addProperty("sdpMid", mid);
        init.addProperty("sdpMLineIndex", index);
        init.add("usernameFragment", com.google.gson.JsonNull.INSTANCE);
        return init.toString();
    }

    private void state(SignalTarget target, PeerState state, String reason) {
        if (closed) return;
        boolean primary = single || (target == SignalTarget.SUBSCRIBER) == subscriberPrimary();
        switch (state) {
            case CONNECTED -> {
                if (!primary || everActive) return;
                everActive = true;
                become(ParticipantInfo.State.ACTIVE);
                room.activated(this);
            }
            case FAILED -> mediaFailed(reason);
            case NEW, CONNECTING, DISCONNECTED, CLOSED -> {}
        }
    }

    private void published(PublishedTrack track) {
        Publications.Entry entry = publications.get(track.trackSid());
        if (closed || entry == null) return;
        boolean first = !entry.published;
        TrackInfo before = entry.info.build();
        publications.found(entry, track, room.millis() * 1_000);
        if (!first && same(before, entry.info.build())) return;
        changed();
        room.announce(this);
        if (!first) return;
        for (Member member : room.members()) member.subscriptions.reconcile(this);
        room.published(this, entry.info.build());
    }

    private static boolean same(TrackInfo a, TrackInfo b) {
        return a.toBuilder().clearVersion().build().equals(b.toBuilder().clearVersion().build());
    }

    private void subscription(String trackSid, PeerListener.SubscriptionEvent event, String detail) {
        if (closed) return;
        switch (event) {
            case BOUND -> {
                Member owner = room.ownerOf(trackSid);
                Publications.Entry entry = owner == null ? null : owner.publications.get(trackSid);
                if (entry == null || entry.subscribedOnce) return;
                entry.subscribedOnce = true;
                owner.send(SignalResponse.newBuilder().setTrackSubscribed(TrackSubscribed.newBuilder().setTrackSid(trackSid)));
            }
            case CODEC_UNSUPPORTED -> {
                LOG.info("room {}: {} cannot take {}: {}", room.name(), identity, trackSid, detail);
                send(SignalResponse.newBuilder().setSubscriptionResponse(
                        SubscriptionResponse.newBuilder().setTrackSid(trackSid).setErr(SubscriptionError.SE_CODEC_UNSUPPORTED)));
            }
            case NOT_FOUND, ENDED -> subscriptions.ended(trackSid);
        }
    }

    /** Posts everything to the mailbox, in order. */
    private final class Events implements PeerListener {
        private final SignalTarget target;

        Events(SignalTarget target) {
            this.target = target;
        }

        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            room.post(() -> Member.this.candidate(target, candidate, mid, mlineIndex, last));
        }

        @Override
        public void stateChanged(PeerState state, String reason) {
            room.post(() -> state(target, state, reason));
        }

        @Override
        public void laneOpen(DataLane lane) {
            if (lane == DataLane.RELIABLE && (single || target == SignalTarget.SUBSCRIBER)) room.post(() -> DataRelay.flush(Member.this));
        }

        @Override
        public void data(DataLane lane, byte[] message) {
            room.post(() -> {
                if (!closed) room.data().receive(Member.this, lane, message);
            });
        }

        @Override
        public void published(PublishedTrack track) {
            room.post(() -> Member.this.published(track));
        }

        @Override
        public void unpublished(String trackSid) {
            room.post(() -> unpublish(trackSid, false));
        }

        @Override
        public void firstPacket(String trackSid) {}

        @Override
        public void sectionsRequired(int audios, int videos) {
            room.post(() -> {
                if (!closed)
                    inOrder(target, SignalResponse.newBuilder().setMediaSectionsRequirement(
                            MediaSectionsRequirement.newBuilder().setNumAudios(audios).setNumVideos(videos)));
            });
        }

        @Override
        public void offerNeeded() {
            room.post(() -> {
                if (!closed) scheduleOffer(OFFER_DELAY_MILLIS, false);
            });
        }

        @Override
        public void subscription(String trackSid, SubscriptionEvent event, String detail) {
            room.post(() -> Member.this.subscription(trackSid, event, detail));
        }
    }

    /** For limits: bytes of a text. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    ClientInfo client() {
        return start.getClient();
    }
}
