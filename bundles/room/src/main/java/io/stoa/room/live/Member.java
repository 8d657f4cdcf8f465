package io.stoa.room.live;

import io.stoa.auth.Claims;
import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.ConnectionQuality;
import io.stoa.protocol.livekit.DataTrackInfo;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.UnpublishDataTrackResponse;
import io.stoa.room.SignalSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A participant: what it is and says of itself, what it may, and where else it is shown. How its client is reached is a matter of its
 * {@link Signalling} and its {@link Connections}. Lives on the room's mailbox.
 */
final class Member {
    private final Residence residence;
    private final String identity;
    private final String sid;
    final StartSession start;
    private final ClientTraits traits;
    private final Signalling signalling;
    private final Connections connections;
    private final Requests requests = new Requests(this);
    private final Publications publications;
    private final Publishing publishing;
    private final Subscriptions subscriptions = new Subscriptions(this);
    private final DataTracks dataTracks;
    private final DataBlobs blobs = new DataBlobs();
    private final DataOutbox outbox = new DataOutbox(this);
    final ParticipantInfo.Builder info;
    private final Grants grants;
    ParticipantPermission permission;
    /** The participant in another room that is shown here. */
    private Original original;
    private final List<Forwarding> forwardings = new ArrayList<>();
    private volatile boolean open = true;
    int lastReliableSequence;
    double speakerLevel;
    /** By a simulated scenario. */
    long speaksUntilMillis;
    ConnectionQuality quality = ConnectionQuality.EXCELLENT;
    boolean qualityTold;
    boolean announced;
    /** What was told last. */
    private ParticipantInfo shown;

    Member(ActiveRoom room, String sid, StartSession start, Claims claims, SignalSink sink, int firstOfferId) {
        residence = new Residence(room);
        this.sid = sid;
        this.start = start;
        grants = new Grants(claims);
        identity = start.getIdentity();
        traits = ClientTraits.of(start.getClient());
        signalling = new Signalling(this, sink, start.getConnectionId());
        connections = new Connections(this, firstOfferId);
        publications = new Publications(room().ids(), room().codecs().publishedBy(traits).stream().map(Codec::getMime).toList());
        publishing = new Publishing(this, publications);
        dataTracks = new DataTracks(this, firstOfferId, room().limits().maxDataTrackCustomEncodingLength());
        permission = grants.permission();
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

    ClientInfo client() {
        return start.getClient();
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

    Grants grants() {
        return grants;
    }

    Publications publications() {
        return publications;
    }

    Publishing publishing() {
        return publishing;
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

    DataOutbox outbox() {
        return outbox;
    }

    ClientTraits traits() {
        return traits;
    }

    Signalling signalling() {
        return signalling;
    }

    Connections connections() {
        return connections;
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
        return original == null ? connections.publisher() : original.source();
    }

    /** Shown here, but connected in another room. */
    boolean forwarded() {
        return original != null;
    }

    /** The connection by which the client receives; null if it is shown only. */
    MediaPeer receiving() {
        return connections.subscriber();
    }

    /** Whether data from others arrives. */
    boolean reachable() {
        return active() && receiving().isOpen(DataLane.RELIABLE);
    }

    /** Most of a crowd publish nothing, and are asked about by each who comes. */
    ParticipantInfo info() {
        ParticipantInfo last = shown;
        boolean same = last != null && last.getVersion() == info.getVersion() && last.getState() == info.getState() && !last.getIsPublisher();
        return same && !publishes() ? last : (shown = build());
    }

    private ParticipantInfo build() {
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

    void send(SignalResponse.Builder response) {
        if (signalling.open() && traits.understands(response.getMessageCase())) signalling.send(response.build());
    }

    /** One that others are sent, too. */
    void send(SignalResponse response) {
        if (signalling.open() && traits.understands(response.getMessageCase())) signalling.send(response);
    }

    void tell(Consumer<SignalResponse.Builder> message) {
        SignalResponse.Builder response = SignalResponse.newBuilder();
        message.accept(response);
        send(response);
    }

    void changed() {
        info.setVersion(info.getVersion() + 1);
    }

    // -- how it begins and goes on

    /** The join response is out: what was in the join request is done, and the first offer goes out. */
    void joined() {
        connections.nextWay().heard();
        become(ParticipantInfo.State.JOINED);
        for (AddTrackRequest track : start.getAddTrackRequestsList()) requests.addTrack(track);
        if (start.hasPublisherOffer()) connections.descriptions().offerOfJoinRequest(start.getPublisherOffer());
        connections.descriptions().begin();
    }

    /** Its primary connection is there. */
    void activated() {
        become(ParticipantInfo.State.ACTIVE);
        room().counts().active(this, room().millis());
        room().activated(this);
    }

    /** Its client has signalling again, and may have missed anything. */
    void resumed() {
        room().sendEverybody(this);
        room().description().tell(this);
        if (dataTracks.receivesAny()) dataTracks.tellHandles();
        room().dynacast().changed(this);
        connections.descriptions().resumed();
    }

    private void become(ParticipantInfo.State state) {
        if (state.getNumber() <= info.getState().getNumber()) return;
        info.setState(state);
        changed();
    }

    /** @param at when it came, by the clock of rooms */
    void receive(long at, SignalRequest request) {
        if (!open) return;
        connections.nextWay().heard(at);
        requests.receive(request);
    }

    void subscribe(List<String> trackSids, boolean subscribe) {
        subscriptions.wish(trackSids, subscribe);
        for (String trackSid : trackSids) {
            Member owner = room().ownerOf(trackSid);
            if (owner != null) subscriptions.reconcile(owner);
        }
    }

    /** What was to come within a time, and has not (spec 4.6, 5.8). */
    void giveUpOverdue() {
        if (!open || forwarded()) return;
        long now = room().millis();
        if (publishing.giveUp(now) && room().limits().reconnectOnPublicationError()) reconnects();
        if (open && subscriptions.giveUp(now) && room().limits().reconnectOnSubscriptionError()) reconnects();
    }

    // -- what it may, and says of itself

    boolean mayPublish(TrackSource source) {
        if (!permission.getCanPublish()) return false;
        return permission.getCanPublishSourcesCount() == 0 || permission.getCanPublishSourcesList().contains(source);
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
        grants.changed(info, permission);
        room().announce(this);
    }

    /** Spec 5.6: what is no longer allowed ends, what is newly allowed begins. */
    void permit(ParticipantPermission next) {
        boolean wasHidden = hidden();
        permission = next;
        info.setPermission(next);
        changed();
        publishing.endForbidden();
        if (!next.getCanPublishData()) for (DataTrackInfo track : dataTracks.infos()) unpublishDataTrack(track.getPubHandle());
        for (Member member : room().members()) {
            if (member == this) continue;
            subscriptions.reconcile(member);
            dataTracks.reconcile(member);
        }
        grants.changed(info, permission);
        if (hidden() && !wasHidden) room().vanish(this);
        room().announce(this);
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

    // -- other rooms

    /** Where it is shown as well. */
    List<Forwarding> forwardings() {
        return forwardings;
    }

    /** What has changed here is to change there. */
    void follow() {
        if (forwardings.isEmpty()) return;
        forwardings.removeIf(forwarding -> !forwarding.shown());
        for (Forwarding forwarding : List.copyOf(forwardings)) forwarding.follow();
    }

    void endForwardings(DisconnectReason why) {
        for (Forwarding forwarding : List.copyOf(forwardings)) forwarding.end(why);
        forwardings.clear();
    }

    /** How loud it speaks has changed. */
    void tellLevel() {
        for (Forwarding forwarding : forwardings) forwarding.level(speakerLevel);
    }

    /** It is that already; only the original itself is another object now. */
    void shows(Original now) {
        original = now;
    }

    /** The participant in another room that is shown here; null if this is none. */
    Original original() {
        return original;
    }

    /** Is what its original in another room is. */
    void show(Original now, ParticipantInfo picture, SubscriptionPermission allowed) {
        shows(now);
        permission = picture.getPermission();
        publishing.allowLike(allowed);
        long version = info.getVersion();
        long joinedMillis = info.getJoinedAtMs();
        info.clear().mergeFrom(picture).setSid(sid).setVersion((int) version + 1).setJoinedAt(joinedMillis / 1000).setJoinedAtMs(joinedMillis);
        if (!info.getKindDetailsList().contains(ParticipantInfo.KindDetail.FORWARDED)) info.addKindDetails(ParticipantInfo.KindDetail.FORWARDED);
    }

    /** On the old room's mailbox, which it has left: from now on it is the new one's. */
    void moveTo(ActiveRoom next, Runnable arrive) {
        subscriptions.clear();
        dataTracks.clearReceived();
        signalling.forgetDepartures();
        outbox.clear();
        speakerLevel = 0;
        qualityTold = false;
        announced = false;
        grants.moved(next.name(), info, permission);
        next.only(this, room().only(this));
        long now = next.millis();
        info.setJoinedAt(now / 1000).setJoinedAtMs(now);
        changed();
        residence.leaveFor(next, arrive);
    }

    /** It has left for a room on another node, where its client is to resume. */
    void emigrated() {
        open = false;
        grants.end();
        signalling.end(LeaveRequest.Action.RESUME, DisconnectReason.MIGRATION);
    }

    /** From a room on another node; nobody here has seen it yet. */
    void arrivedFrom(ParticipantState state) {
        signalling.moved(state);
        signalling.forgetDepartures();
        grants.moved(room().name(), info, permission);
        long now = room().millis();
        info.setJoinedAt(now / 1000).setJoinedAtMs(now);
        changed();
    }

    long tokenExpiresAtSeconds() {
        return start.getTokenExpiresAt();
    }

    // -- its end

    /** Ends the participant as if the node had died: it is told nothing. */
    void vanish() {
        if (!open) return;
        signalling.vanish();
        close(DisconnectReason.SERVER_SHUTDOWN, LeaveRequest.Action.DISCONNECT);
    }

    /** Ends the participant: it is told, its connections close, the others see it go. */
    void close(DisconnectReason reason, LeaveRequest.Action action) {
        if (!open) return;
        open = false;
        grants.end();
        signalling.end(action, reason);
        connections.close();
        boolean was = active();
        info.setState(ParticipantInfo.State.DISCONNECTED).setDisconnectReason(reason);
        changed();
        room().left(this, reason, was);
    }

    /** The same, but its client is to come back at once. */
    void reconnects() {
        close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
    }

    /** For limits: bytes of a text. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
