package io.stoa.room.live;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.media.DownstreamSettings;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.ConnectionQuality;
import io.stoa.protocol.livekit.DataTrackInfo;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.MediaSectionsRequirement;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.PlayoutDelay;
import io.stoa.protocol.livekit.ReconnectReason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.StreamState;
import io.stoa.protocol.livekit.StreamStateInfo;
import io.stoa.protocol.livekit.StreamStateUpdate;
import io.stoa.protocol.livekit.SubscriptionError;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.SubscriptionPermissionUpdate;
import io.stoa.protocol.livekit.SubscriptionResponse;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackPermission;
import io.stoa.protocol.livekit.TrackPublishedResponse;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackSubscribed;
import io.stoa.protocol.livekit.TrackUnpublishedResponse;
import io.stoa.protocol.livekit.UnpublishDataTrackResponse;
import io.stoa.room.SignalSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A participant. Owned by its room's mailbox; the listeners of its peers only post there. */
final class Member {
    private static final Logger LOG = LoggerFactory.getLogger(Member.class);
    /** Protocol from which departures during an outage are told afterwards (spec 4.3). */
    private static final int REPLAYS_DEPARTURES = 9;
    private static final int KNOWS_UNPUBLISHED = 7;
    /** Protocol from which tracks of one stream may share its id. */
    private static final int PLAYS_TOGETHER = 10;
    private static final int FACES_ICE_LITE = 6;
    private static final long RESUME_MILLIS = 5_000;
    private static final long CLOSED_MILLIS = 1_000;
    private static final long SIGNAL_LOST_MILLIS = 60_000;
    /** Whoever resumes is told of everybody who is there, too; of those who left only the latest so many. */
    static final int MAX_MISSED_DEPARTURES = 1_000;

    private final Residence residence;
    private final String identity;
    private final String sid;
    final StartSession start;
    private final ClientTraits traits;
    private final Publications publications;
    private final Subscriptions subscriptions = new Subscriptions(this);
    private final Requests requests = new Requests(this);
    private final Answering answering = new Answering(this);
    private final NextWay nextWay = new NextWay(this);
    private final DataTracks dataTracks;
    private final DataBlobs blobs = new DataBlobs();
    private final int firstOfferId;
    final ParticipantInfo.Builder info;
    private Claims claims;
    ParticipantPermission permission;
    SignalSink sink;
    /** Which of its signalling connections is the sink's. */
    String connectionId;
    private volatile int sinkGeneration;
    private MediaPeer publisher;
    private MediaPeer subscriber;
    /** Of the participant in another room that is shown here. */
    private MediaPeer original;
    private Member shownOf;
    private final List<Forwarding> forwardings = new ArrayList<>();
    private OfferAnswer descriptions;
    private boolean single;
    boolean everActive;
    private boolean closed;
    private boolean awaitsResume;
    long resumeUntil;
    long signalLostUntil;
    final Map<String, ParticipantInfo> missedDepartures = new LinkedHashMap<>();
    boolean dropsSignalOnResume;
    boolean dropsMessagesOnResume;
    private volatile boolean open = true;
    private final Backlog unread = Backlog.ofPackets();
    private final AtomicBoolean flooded = new AtomicBoolean();
    private volatile String grantsJson;
    private volatile Runnable grantsListener = () -> {};
    SubscriptionPermission allowed = SubscriptionPermission.newBuilder().setAllParticipants(true).build();
    final ArrayDeque<byte[]> waitingData = new ArrayDeque<>();
    int waitingBytes;
    int lastReliableSequence;
    double speakerLevel;
    /** By a simulated scenario. */
    long speaksUntilMillis;
    ConnectionQuality quality = ConnectionQuality.EXCELLENT;
    boolean qualityTold;
    boolean announced;

    Member(ActiveRoom room, String sid, StartSession start, Claims claims, SignalSink sink, int firstOfferId) {
        residence = new Residence(room);
        this.sid = sid;
        this.start = start;
        this.claims = claims;
        this.sink = sink;
        identity = start.getIdentity();
        connectionId = start.getConnectionId();
        this.firstOfferId = firstOfferId;
        traits = ClientTraits.of(start.getClient());
        publications = new Publications(room().ids(), room().publishCodecs(traits).stream().map(Codec::getMime).toList());
        dataTracks = new DataTracks(this, firstOfferId, room().limits().maxDataTrackCustomEncodingLength());
        permission = (claims.video() == null ? VideoGrant.NONE : claims.video()).permission();
        grantsJson = claims.toJson();
        long now = room().millis();
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
                .setRegion(room().region())
                .setClientProtocol(start.getClient().getClientProtocol())
                .addAllCapabilities(start.getClient().getCapabilitiesList());
    }

    // -- what others ask

    ActiveRoom room() {
        return residence.room();
    }

    Residence residence() {
        return residence;
    }

    void post(Runnable task) {
        residence.post(task);
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

    DataTracks dataTracks() {
        return dataTracks;
    }

    DataBlobs blobs() {
        return blobs;
    }

    OfferAnswer descriptions() {
        return descriptions;
    }

    Answering answering() {
        return answering;
    }

    NextWay nextWay() {
        return nextWay;
    }

    /** One connection for both directions. */
    boolean single() {
        return single;
    }

    boolean autoSubscribeDataTracks() {
        return start.getAutoSubscribeDataTrack();
    }

    boolean autoSubscribe() {
        return start.getAutoSubscribe();
    }

    boolean adaptiveStream() {
        return start.getAdaptiveStream();
    }

    /** The connection by which the client publishes. */
    MediaPeer sending() {
        return original == null ? publisher : original;
    }

    /** Shown here, but connected in another room. */
    boolean forwarded() {
        return original != null;
    }

    /** The connection by which the client receives; null if it is shown only. */
    MediaPeer receiving() {
        return subscriber;
    }

    ParticipantInfo info() {
        return info.clone()
                .clearTracks()
                .addAllTracks(publications.infos())
                .clearDataTracks()
                .addAllDataTracks(dataTracks.infos())
                .setIsPublisher(publishes())
                .build();
    }

    boolean publishes() {
        return !publications.infos().isEmpty() || !dataTracks.infos().isEmpty();
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
        if (sink != null && traits.understands(response.getMessageCase())) sink.send(response.build());
    }

    void tell(Consumer<SignalResponse.Builder> message) {
        SignalResponse.Builder response = SignalResponse.newBuilder();
        message.accept(response);
        send(response);
    }

    boolean awaitsResume() {
        return awaitsResume;
    }

    boolean hasSignal() {
        return sink != null;
    }

    void changed() {
        info.setVersion(info.getVersion() + 1);
    }

    // -- connections

    void connect() {
        single = start.getUseSinglePeerConnection();
        if (single) {
            publisher = subscriber = room().open(spec(PeerSpec.Role.SINGLE), new Events(SignalTarget.PUBLISHER));
        } else {
            publisher = room().open(spec(PeerSpec.Role.PUBLISHER), new Events(SignalTarget.PUBLISHER));
            subscriber = room().open(spec(PeerSpec.Role.SUBSCRIBER), new Events(SignalTarget.SUBSCRIBER));
        }
        downstream(0);
        descriptions = new OfferAnswer(this, publisher, subscriber, firstOfferId);
    }

    /** @param maxBps of what the client receives, 0 = as much as the path carries */
    void downstream(long maxBps) {
        if (subscriber == null) return;
        boolean mayPause = start.hasSubscriberAllowPause() ? start.getSubscriberAllowPause() : room().limits().allowPause();
        subscriber.downstream(new DownstreamSettings(mayPause, maxBps));
    }

    /** From the next ICE restart on. */
    void tcpOnly(boolean alone) {
        publisher.tcpOnly(alone);
        if (!single) subscriber.tcpOnly(alone);
    }

    /** Goes on with connections that another room manager has parked. @return false if one of them is gone */
    boolean reconnect(String publisherKey, String subscriberKey) {
        single = start.getUseSinglePeerConnection();
        publisher = room().adopt(publisherKey, new Events(SignalTarget.PUBLISHER));
        subscriber = single ? publisher : room().adopt(subscriberKey, new Events(SignalTarget.SUBSCRIBER));
        if (publisher == null || subscriber == null) return false;
        descriptions = new OfferAnswer(this, publisher, subscriber, firstOfferId);
        return true;
    }

    private PeerSpec spec(PeerSpec.Role role) {
        List<PeerSpec.EnabledCodec> codecs = traits.allow(room().enabledCodecs(), role == PeerSpec.Role.PUBLISHER);
        boolean tcpOnly = room().only(this) == CandidateProtocol.TCP;
        return new PeerSpec(room().sid(), sid, identity, role, codecs, traits.firefox(), traits.red(), tcpOnly, iceLite(), traits.changesCodec(), playout());
    }

    /** Firefox nominates every path that works, even to a lite agent, and does not say which one it means. */
    private boolean iceLite() {
        return room().iceLite() && !start.getDisableIceLite() && !traits.firefox() && protocol() >= FACES_ICE_LITE;
    }

    /** Spec 6.13. Where tracks are to be in step, a client that cannot keep them so is not to delay one of them. */
    private PeerSpec.Playout playout() {
        PlayoutDelay delay = room().internal().getPlayoutDelay();
        if (!delay.getEnabled() || room().internal().getSyncStreams() && traits.firefox()) return new PeerSpec.Playout(false, 0, 0, playsTogether());
        return PeerSpec.Playout.delayed(Integer.toUnsignedLong(delay.getMin()), Integer.toUnsignedLong(delay.getMax()), playsTogether());
    }

    /** Whether it is told which tracks belong together. */
    boolean playsTogether() {
        return room().internal().getSyncStreams() && !traits.firefox() && protocol() >= PLAYS_TOGETHER;
    }

    ClientTraits traits() {
        return traits;
    }

    boolean subscriberPrimary() {
        return !single && permission.getCanSubscribe() && protocol() >= 3;
    }

    /** The join response is out: what was in the join request is done, and the first offer goes out. */
    void joined() {
        nextWay.heard();
        become(ParticipantInfo.State.JOINED);
        for (AddTrackRequest track : start.getAddTrackRequestsList()) requests.addTrack(track);
        if (start.hasPublisherOffer()) descriptions.offer(start.getPublisherOffer());
        descriptions.begin();
    }

    private void become(ParticipantInfo.State state) {
        if (state.getNumber() <= info.getState().getNumber()) return;
        info.setState(state);
        changed();
    }

    // -- requests of the client

    void receive(SignalRequest request) {
        if (closed) return;
        nextWay.heard();
        requests.receive(request);
    }

    boolean mayPublish(TrackSource source) {
        if (!permission.getCanPublish()) return false;
        return permission.getCanPublishSourcesCount() == 0 || permission.getCanPublishSourcesList().contains(source);
    }

    void expect(Publications.Entry entry, String cid) {
        Publications.expect(publisher, entry);
        publisher.setPublicationMuted(entry.info.getSid(), entry.info.getMuted());
        Publications.await(entry, room().millis());
        send(SignalResponse.newBuilder().setTrackPublished(TrackPublishedResponse.newBuilder().setCid(cid).setTrack(entry.info)));
    }

    /** @return false if there is no such track */
    boolean mute(String trackSid, boolean muted, boolean byAdmin) {
        Publications.Entry entry = publications.get(trackSid);
        if (entry == null) return false;
        if (entry.info.getMuted() == muted) return true;
        entry.info.setMuted(muted).setVersion(room().version());
        publisher.setPublicationMuted(trackSid, muted);
        Publications.await(entry, room().millis());
        if (byAdmin) send(SignalResponse.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(muted)));
        changed();
        if (entry.published) room().announce(this);
        return true;
    }

    void subscribe(List<String> trackSids, boolean subscribe) {
        subscriptions.wish(trackSids, subscribe);
        for (String trackSid : trackSids) {
            Member owner = room().ownerOf(trackSid);
            if (owner != null) subscriptions.reconcile(owner);
        }
    }

    /** Who may receive what this participant publishes (spec 5.9); replaces what was said before. */
    void allow(SubscriptionPermission next) {
        allowed = next;
        follow();
        for (Member member : room().members()) {
            member.subscriptions.reconcile(this);
            member.dataTracks.reconcile(this);
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

    SubscriptionPermission allowed() {
        return allowed;
    }

    /** The attributes as they would be after a change. */
    Map<String, String> attributesWith(Map<String, String> changes) {
        Map<String, String> all = new LinkedHashMap<>(info.getAttributesMap());
        all.putAll(changes);
        all.values().removeIf(String::isEmpty);
        return all;
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
        room().announce(this);
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
        if (!next.getCanPublishData()) for (DataTrackInfo track : dataTracks.infos()) unpublishDataTrack(track.getPubHandle());
        for (Member member : room().members()) {
            if (member == this) continue;
            subscriptions.reconcile(member);
            dataTracks.reconcile(member);
        }
        grantsChanged();
        if (hidden() && !wasHidden) room().vanish(this);
        room().announce(this);
    }

    private void grantsChanged() {
        VideoGrant grant = claims.video() == null ? VideoGrant.NONE : claims.video();
        claims = claims.with(info.getName(), info.getMetadata(), info.getAttributesMap(), grant.with(permission));
        grantsJson = claims.toJson();
        grantsListener.run();
    }

    // -- other rooms

    /** Where it is shown as well. */
    List<Forwarding> forwardings() {
        return forwardings;
    }

    /** What has changed here is to change there. */
    void follow() {
        if (forwardings.isEmpty()) return;
        forwardings.removeIf(forwarding -> !forwarding.shown());
        Forwarding.Picture now = Forwarding.Picture.of(this);
        for (Forwarding forwarding : forwardings) forwarding.follow(now);
    }

    void endForwardings(DisconnectReason why) {
        for (Forwarding forwarding : forwardings) forwarding.end(why);
        forwardings.clear();
    }

    /** It is that already; only the original itself is another object now. */
    void shows(Forwarding.Picture now) {
        original = now.source();
        shownOf = now.member();
    }

    /** The participant in another room that is shown here; null if this is none. Belongs to that room's mailbox. */
    Member shownOf() {
        return shownOf;
    }

    /** Is what its original in another room is. */
    void show(Forwarding.Picture picture) {
        shows(picture);
        permission = picture.info().getPermission();
        allowed = picture.allowed();
        long version = info.getVersion();
        long joinedMillis = info.getJoinedAtMs();
        info.clear().mergeFrom(picture.info()).setSid(sid).setVersion((int) version + 1).setJoinedAt(joinedMillis / 1000).setJoinedAtMs(joinedMillis);
        if (!info.getKindDetailsList().contains(ParticipantInfo.KindDetail.FORWARDED)) info.addKindDetails(ParticipantInfo.KindDetail.FORWARDED);
    }

    /** On the old room's mailbox, which it has left: from now on it is the new one's. */
    void moveTo(ActiveRoom next, Runnable arrive) {
        subscriptions.clear();
        dataTracks.clearReceived();
        missedDepartures.clear();
        waitingData.clear();
        waitingBytes = 0;
        speakerLevel = 0;
        qualityTold = false;
        announced = false;
        VideoGrant grant = claims.video() == null ? VideoGrant.NONE : claims.video();
        claims = claims.with(info.getName(), info.getMetadata(), info.getAttributesMap(), grant.with(permission).in(next.name()));
        grantsJson = claims.toJson();
        next.only(this, room().only(this));
        long now = next.millis();
        info.setJoinedAt(now / 1000).setJoinedAtMs(now);
        changed();
        residence.leaveFor(next, arrive);
    }

    Claims claims() {
        return claims;
    }

    long tokenExpiresAtSeconds() {
        return start.getTokenExpiresAt();
    }

    // -- signalling comes and goes

    /** The session goes on, the client has not noticed that its signal server or its room manager is another one. */
    void attach(SignalSink next) {
        if (sink instanceof HeldSink held) held.attach(next);
        sink = next;
        sinkGeneration++;
        if (awaitsResume) awaitResume(resumeUntil); // what was waited for before is void
        answering.reconsider(0);
    }

    /** A new WebSocket takes over. */
    void resume(SignalSink next, String nextConnectionId, ReconnectReason reason) {
        if (sink != null) sink.close();
        sink = next;
        connectionId = nextConnectionId;
        sinkGeneration++;
        awaitsResume = false;
        answering.reconsider(0);
        nextWay.resumed(reason);
        if (dropsSignalOnResume) {
            dropSignal();
            return;
        }
        send(SignalResponse.newBuilder().setReconnect(room().reconnectResponse(this)));
        room().sendAll(this, missedDepartures.values());
        missedDepartures.clear();
        room().sendEverybody(this);
        room().sendRoom(this);
        if (dataTracks.receivesAny()) dataTracks.tellHandles();
        room().dynacast().changed(this);
        descriptions.resumed();
    }

    /** The next resumed signalling connection is dropped, once (a scenario for tests of clients). */
    void dropSignalOnResume(boolean withoutMessages) {
        dropsSignalOnResume = true;
        dropsMessagesOnResume = withoutMessages;
    }

    private void dropSignal() {
        dropsSignalOnResume = false;
        if (!dropsMessagesOnResume) send(SignalResponse.newBuilder().setReconnect(room().reconnectResponse(this)));
        sink.close();
        signalClosed(sinkGeneration);
    }

    /** It asks faster than it can be served: its signalling ends, and it may resume. */
    void overrun(int generation) {
        if (closed || generation != sinkGeneration || sink == null) return;
        LOG.warn("room {}: {} asks faster than it can be served; its signalling is closed", room().name(), identity);
        sink.close();
    }

    void signalClosed(int generation) {
        if (closed || generation != sinkGeneration) return;
        sink = null;
        if (!everActive) {
            close(DisconnectReason.SIGNAL_CLOSE, LeaveRequest.Action.DISCONNECT);
            return;
        }
        // As long as media lives the participant does, but not for ever (bounded, spec 0).
        liveWithoutSignal(room().millis() + SIGNAL_LOST_MILLIS);
        answering.reconsider(RESUME_MILLIS); // somebody who changes networks may only close the old one
    }

    void liveWithoutSignal(long untilMillis) {
        int generation = sinkGeneration;
        signalLostUntil = untilMillis;
        residence.after(Math.max(1, untilMillis - room().millis()), () -> {
            if (!closed && sink == null && generation == sinkGeneration) close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    /** Who left while this participant could not be told; its next signalling connection says so (spec 4.8). */
    void missed(ParticipantInfo gone) {
        if (protocol() < REPLAYS_DEPARTURES || forwarded()) return;
        missedDepartures.put(gone.getSid(), gone);
        if (missedDepartures.size() > MAX_MISSED_DEPARTURES) missedDepartures.remove(missedDepartures.keySet().iterator().next());
    }

    void mediaFailed(String reason) {
        if (awaitsResume) return; // the other connection has failed before
        LOG.info("room {}: media of {} failed: {}", room().name(), identity, reason);
        if (sink == null) {
            close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
            return;
        }
        if (protocol() >= 13) {
            send(SignalResponse.newBuilder(Leaves.of(protocol(), LeaveRequest.Action.RESUME, DisconnectReason.CONNECTION_TIMEOUT)));
            sink.close();
            sink = null;
        }
        awaitResume(room().millis() + RESUME_MILLIS);
    }

    /** The client leaves, or comes back by another connection: what it says of that may still be on its way. */
    private void mediaClosed(String reason) {
        int generation = sinkGeneration;
        residence.after(sink == null ? 0 : CLOSED_MILLIS, () -> {
            if (!closed && generation == sinkGeneration) mediaFailed(reason);
        });
    }

    void awaitResume(long untilMillis) {
        int generation = sinkGeneration;
        awaitsResume = true;
        resumeUntil = untilMillis;
        residence.after(Math.max(1, untilMillis - room().millis()), () -> {
            if (!closed && generation == sinkGeneration) close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
        });
    }

    /** Ends the participant as if the node had died: it is told nothing. */
    void vanish() {
        if (closed) return;
        if (sink != null) sink.close();
        sink = null;
        close(DisconnectReason.SERVER_SHUTDOWN, LeaveRequest.Action.DISCONNECT);
    }

    /** Ends the participant: it is told, its connections close, the others see it go. */
    void close(DisconnectReason reason, LeaveRequest.Action action) {
        if (closed) return;
        closed = true;
        open = false;
        grantsListener = () -> {}; // timers may hold this participant for a while, but not its signal server
        if (sink != null) {
            sink.send(Leaves.of(protocol(), action, reason));
            sink.close();
            sink = null;
        }
        disconnect();
        info.setState(ParticipantInfo.State.DISCONNECTED).setDisconnectReason(reason);
        changed();
        room().left(this, reason);
    }

    void disconnect() {
        if (publisher != null) publisher.close();
        if (subscriber != null && subscriber != publisher) subscriber.close();
    }

    void unpublish(String trackSid, boolean tellOwner) {
        Publications.Entry entry = publications.get(trackSid);
        if (entry == null) return;
        Publications.Entry next = publications.remove(trackSid);
        if (publisher != null) publisher.unpublish(trackSid);
        if (tellOwner) tellUnpublished(trackSid);
        for (Member member : room().members()) member.subscriptions.forget(trackSid, forwarded());
        changed();
        if (entry.published) {
            room().announce(this);
            room().unpublished(this, entry.info.build());
        }
        if (next != null) expect(next, next.cid);
    }

    /** Older clients know of being muted only. */
    private void tellUnpublished(String trackSid) {
        if (protocol() >= KNOWS_UNPUBLISHED) tell(response -> response.setTrackUnpublished(TrackUnpublishedResponse.newBuilder().setTrackSid(trackSid)));
        else tell(response -> response.setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(true)));
    }

    /** @return false if there is no such track */
    boolean unpublishDataTrack(int handle) {
        DataTrackInfo gone = dataTracks.unpublish(handle);
        if (gone == null) return false;
        tell(response -> response.setUnpublishDataTrackResponse(UnpublishDataTrackResponse.newBuilder().setInfo(gone)));
        changed();
        room().announce(this);
        for (Member member : room().members()) {
            member.dataTracks.reconcile(this);
            member.dataTracks.forget(gone.getSid());
        }
        return true;
    }

    // -- events of the connections, on the mailbox

    private void state(SignalTarget target, PeerState state, String reason) {
        if (closed) return;
        boolean primary = single || (target == SignalTarget.SUBSCRIBER) == subscriberPrimary();
        answering.of(target, state);
        nextWay.of(target, state);
        switch (state) {
            case CONNECTED -> {
                if (!primary || everActive) return;
                everActive = true;
                become(ParticipantInfo.State.ACTIVE);
                room().activated(this);
            }
            case FAILED -> mediaFailed(reason);
            case CLOSED_BY_CLIENT -> mediaClosed(reason);
            case CLOSED -> reconnects(); // not by us: the media plane has ended it
            case NEW, CONNECTING, DISCONNECTED -> {}
        }
    }

    private void published(PublishedTrack track) {
        Publications.Entry entry = publications.get(track.trackSid());
        if (closed || entry == null) return;
        boolean first = !entry.published;
        boolean another = !entry.comesIn(track.rank());
        TrackInfo before = entry.info.build();
        publications.found(entry, track, room().millis() * 1_000);
        if (another && entry.severalCodecs()) comesInAnotherCodec(entry);
        if (!entry.published || !first && same(before, entry.info.build())) return;
        changed();
        room().announce(this);
        if (!first) return;
        for (Member member : room().members()) member.subscriptions.reconcile(this);
        room().published(this, entry.info.build());
    }

    /** Spec 6.4: whether everybody gets it in the backup codec from now on is decided when that comes. */
    private void comesInAnotherCodec(Publications.Entry entry) {
        String trackSid = entry.info.getSid();
        if (entry.comesIn(Publications.BACKUP) && room().regresses(entry.info.getBackupCodecPolicy())) {
            LOG.info("room {}: {} of {} goes over to {}", room().name(), trackSid, identity, entry.codecName(Publications.BACKUP));
            publisher.regress(trackSid, Publications.BACKUP);
        }
        room().dynacast().changed(trackSid);
    }

    /** What was to come within a time, and has not (spec 4.6, 5.8). */
    void giveUpOverdue() {
        if (closed || forwarded()) return;
        long now = room().millis();
        for (Publications.Entry entry : publications.overdue(now)) {
            LOG.info("room {}: {} has announced {} and does not send it", room().name(), identity, entry.info.getSid());
            if (room().limits().reconnectOnPublicationError()) reconnects();
        }
        if (!closed && subscriptions.giveUp(now) && room().limits().reconnectOnSubscriptionError()) reconnects();
    }

    /** Of its reliable data something is lost, because there was no more room for it. */
    private void flooded() {
        if (closed) return;
        LOG.warn("room {}: {} sends data faster than it can be distributed: it is to reconnect", room().name(), identity);
        reconnects();
    }

    private void reconnects() {
        close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
    }

    private static boolean same(TrackInfo a, TrackInfo b) {
        return a.toBuilder().clearVersion().build().equals(b.toBuilder().clearVersion().build());
    }

    private void subscription(String trackSid, PeerListener.SubscriptionEvent event, String detail) {
        if (closed) return;
        switch (event) {
            case BOUND -> {
                Member owner = room().ownerOf(trackSid);
                Publications.Entry entry = owner == null ? null : owner.publications.get(trackSid);
                subscriptions.bound(trackSid);
                if (entry == null || entry.subscribedOnce) return;
                entry.subscribedOnce = true;
                owner.send(SignalResponse.newBuilder().setTrackSubscribed(TrackSubscribed.newBuilder().setTrackSid(trackSid)));
            }
            case CODEC_UNSUPPORTED -> {
                LOG.info("room {}: {} cannot take {}: {}", room().name(), identity, trackSid, detail);
                subscriptions.bound(trackSid); // as far as it ever will be
                send(SignalResponse.newBuilder().setSubscriptionResponse(
                        SubscriptionResponse.newBuilder().setTrackSid(trackSid).setErr(SubscriptionError.SE_CODEC_UNSUPPORTED)));
            }
            case NOT_FOUND, ENDED -> subscriptions.ended(trackSid);
            case PAUSED -> streamState(trackSid, StreamState.PAUSED);
            case RESUMED -> streamState(trackSid, StreamState.ACTIVE);
        }
    }

    private void streamState(String trackSid, StreamState state) {
        Member owner = room().ownerOf(trackSid);
        if (owner == null) return;
        send(SignalResponse.newBuilder().setStreamStateUpdate(StreamStateUpdate.newBuilder().addStreamStates(
                StreamStateInfo.newBuilder().setParticipantSid(owner.sid).setTrackSid(trackSid).setState(state))));
    }

    /** Posts everything to the mailbox, in order. */
    private final class Events implements PeerListener {
        private final SignalTarget target;

        Events(SignalTarget target) {
            this.target = target;
        }

        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            post(() -> descriptions.candidate(target, candidate, mid, mlineIndex, last));
        }

        @Override
        public void stateChanged(PeerState state, String reason) {
            post(() -> state(target, state, reason));
        }

        @Override
        public void path(PeerPath path) {
            post(() -> nextWay.path(target, path));
        }

        @Override
        public void laneOpen(DataLane lane) {
            if (lane == DataLane.RELIABLE && (single || target == SignalTarget.SUBSCRIBER)) post(() -> DataRelay.flush(Member.this));
        }

        @Override
        public void data(DataLane lane, byte[] message) {
            if (!unread.add(message.length)) {
                if (lane.reliable() && flooded.compareAndSet(false, true)) post(Member.this::flooded);
                return; // what may be lost is
            }
            post(() -> {
                unread.remove(message.length);
                if (!closed) room().data().receive(Member.this, lane, message);
            });
        }

        @Override
        public void published(PublishedTrack track) {
            post(() -> Member.this.published(track));
        }

        @Override
        public void unpublished(String trackSid) {
            post(() -> unpublish(trackSid, false));
        }

        @Override
        public void firstPacket(String trackSid) {}

        @Override
        public void sectionsRequired(int audios, int videos) {
            post(() -> {
                if (!closed)
                    descriptions.inOrder(target, SignalResponse.newBuilder().setMediaSectionsRequirement(
                            MediaSectionsRequirement.newBuilder().setNumAudios(audios).setNumVideos(videos)));
            });
        }

        @Override
        public void offerNeeded() {
            post(() -> {
                if (!closed) descriptions.offerNeeded();
            });
        }

        @Override
        public void subscription(String trackSid, SubscriptionEvent event, String detail) {
            post(() -> Member.this.subscription(trackSid, event, detail));
        }

        @Override
        public void codecTaken(String trackSid, int rank) {
            post(() -> {
                if (!closed) subscriptions.took(trackSid, rank);
            });
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
