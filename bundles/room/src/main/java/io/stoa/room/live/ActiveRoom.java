package io.stoa.room.live;

import com.google.protobuf.ByteString;
import io.stoa.auth.Claims;
import io.stoa.base.Ids;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerSpec;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.livekit.BackupCodecPolicy;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.DataTrackInfo;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantTracks;
import io.stoa.protocol.livekit.ParticipantUpdate;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.TimedVersion;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.RoomException;
import io.stoa.room.SignalSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A room. Everything but the {@link LiveRoom} methods happens on its mailbox. */
final class ActiveRoom implements LiveRoom {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveRoom.class);
    private static final long JOIN_MILLIS = 60_000;
    /** Protocol from which clients take a new session of the same identity for the participant that they know (spec 5.4). */
    private static final int KNOWS_IDENTITIES = 12;

    private final LiveRoomManager manager;
    private final Mailbox mailbox;
    private final RoomDescription description;
    private final RoomCodecs codecs;
    private final Vacancy vacancy;
    private final Welcome welcome;
    private final HeldSessions held = new HeldSessions(this);
    private final RoomInternal internal;
    private final Ids ids;
    final Map<String, Member> members = new LinkedHashMap<>();
    /** Who is on the way here from another room. */
    final Set<String> expected = new HashSet<>();
    private final ServerCalls calls = new ServerCalls(this);
    private final DataRelay data = new DataRelay(this, calls);
    private final Speakers speakers = new Speakers(this);
    private final Dynacast dynacast = new Dynacast(this);
    private final Crowd crowd = new Crowd(this);
    private final Inspection inspection = new Inspection(this);
    private final List<Recurring> recurring = new ArrayList<>();
    private boolean closed;
    private volatile int population;
    private long malformedData;

    /** A new one. */
    ActiveRoom(LiveRoomManager manager, Mailbox mailbox, Room room, RoomInternal internal, Ids ids) {
        this(manager, mailbox, room, internal, ids, manager.pulse().millis(), ByteString.copyFrom(ids.characters(44), StandardCharsets.UTF_8));
        begin();
    }

    /** One that has lived before. */
    ActiveRoom(LiveRoomManager manager, Mailbox mailbox, Room room, RoomInternal internal, Ids ids, long openedAt, ByteString sifTrailer) {
        this.manager = manager;
        this.mailbox = mailbox;
        this.internal = internal;
        this.ids = ids;
        description = new RoomDescription(this, manager, room);
        codecs = new RoomCodecs(room.getEnabledCodecsList());
        vacancy = new Vacancy(this, openedAt);
        welcome = new Welcome(this, manager, sifTrailer);
        recurring.add(new Recurring(this, Speakers.INTERVAL_MILLIS, speakers::update));
        recurring.add(new Recurring(this, Qualities.INTERVAL_MILLIS, new Qualities(this)::update));
        recurring.add(new Recurring(this, Subscriptions.CHECK_MILLIS, () -> List.copyOf(members.values()).forEach(Member::giveUpOverdue)));
    }

    /** What recurs while somebody is here, and the wait while nobody is. */
    void begin() {
        if (inhabited()) recurring.forEach(Recurring::begin);
        vacancy.schedule();
    }

    // -- for members

    void post(Runnable task) {
        mailbox.post(task);
    }

    <T> T call(Mailbox.Work<T> work) throws RoomException {
        return mailbox.call(work);
    }

    Mailbox mailbox() {
        return mailbox;
    }

    void after(long delayMillis, Runnable task) {
        if (delayMillis == 0) post(task);
        else manager.pulse().after(delayMillis, () -> mailbox.post(task));
    }

    Pulse pulse() {
        return manager.pulse();
    }

    /** Any thread, without waiting: rooms ask for those of all rooms, and would wait for each other. */
    int population() {
        return population;
    }

    boolean isClosed() {
        return closed;
    }

    Ids ids() {
        return ids;
    }

    long millis() {
        return manager.pulse().millis();
    }

    TimedVersion version() {
        return TimedVersion.newBuilder().setUnixMicro(millis() * 1_000).build();
    }

    String name() {
        return info().getName();
    }

    String sid() {
        return info().getSid();
    }

    String region() {
        return manager.region();
    }

    RoomDescription description() {
        return description;
    }

    RoomCodecs codecs() {
        return codecs;
    }

    Vacancy vacancy() {
        return vacancy;
    }

    Welcome welcome() {
        return welcome;
    }

    HeldSessions held() {
        return held;
    }

    DataRelay data() {
        return data;
    }

    Collection<Member> members() {
        return members.values();
    }

    MediaPeer open(PeerSpec spec, PeerListener listener, ConnectionState before) {
        return manager.plane().open(spec, listener, before);
    }

    /** @return null if it is not there (any more) */
    MediaPeer adopt(String key, PeerListener listener) {
        return manager.plane().adopt(key, listener).orElse(null);
    }

    void malformedData(Member sender) {
        if (malformedData++ == 0) LOG.warn("room {}: {} sent a data packet that is no DataPacket; further ones are only counted", name(), sender.identity());
    }

    RoomCounts counts() {
        return manager.counts();
    }

    RoomLimits limits() {
        return manager.limits();
    }

    /** Whether a track goes over to its backup codec as a whole when somebody needs that. */
    boolean regresses(BackupCodecPolicy policy) {
        int threshold = limits().codecRegressionThreshold();
        return switch (policy) {
            case REGRESSION -> true;
            case PREFER_REGRESSION -> threshold == 0 || members.size() < threshold;
            case SIMULCAST, UNRECOGNIZED -> false;
        };
    }

    /** @return null if nobody here has that identity */
    Member member(String identity) {
        return members.get(identity);
    }

    Member ownerOf(String trackSid) {
        for (Member member : members.values()) if (member.publications().get(trackSid) != null) return member;
        return null;
    }

    Publications.Entry track(String trackSid) {
        Member owner = ownerOf(trackSid);
        return owner == null ? null : owner.publications().get(trackSid);
    }

    /** @return what is too long, null if nothing is */
    String limitFault(String name, String metadata, Map<String, String> attributes) {
        RoomLimits limits = manager.limits();
        if (limits.maxParticipantNameLength() > 0 && Member.bytes(name) > limits.maxParticipantNameLength()) return "name length exceeds limits";
        if (limits.maxMetadataSize() > 0 && Member.bytes(metadata) > limits.maxMetadataSize()) return "metadata size exceeds limits";
        int size = 0;
        for (var entry : attributes.entrySet()) size += Member.bytes(entry.getKey()) + Member.bytes(entry.getValue());
        return limits.maxAttributesSize() > 0 && size > limits.maxAttributesSize() ? "attribute size exceeds limits" : null;
    }

    // -- joining and leaving

    Member join(StartSession start, Claims claims, SignalSink sink) throws RoomException {
        if (closed) throw new RoomException(RoomException.Code.UNAVAILABLE, "the room is closing");
        String fault = limitFault("", claims.metadata(), claims.attributes());
        if (fault != null) throw new RoomException(RoomException.Code.INVALID_ARGUMENT, fault);
        Member before = members.get(start.getIdentity());
        if (before != null) before.close(DisconnectReason.DUPLICATE_IDENTITY, LeaveRequest.Action.DISCONNECT);
        Member member = new Member(this, ids.next(Ids.PARTICIPANT), start, claims, sink, 1 + manager.random().nextInt(256));
        if (!member.dependent() && full()) {
            sink.send(Leaves.of(member.protocol(), LeaveRequest.Action.DISCONNECT, DisconnectReason.JOIN_FAILURE));
            sink.close();
            return null;
        }
        try {
            member.connections().open();
        } catch (IllegalStateException e) {
            throw new RoomException(RoomException.Code.UNAVAILABLE, e.getMessage(), e); // the media plane says what it is missing
        }
        crowd.comes(member.identity());
        enter(member);
        vacancy.came(member);
        begin();
        crowd.listed();
        sink.send(SignalResponse.newBuilder().setJoin(welcome.join(member)).build());
        counts().joined();
        for (Member other : members.values())
            if (other != member) {
                member.subscriptions().reconcile(other);
                member.dataTracks().reconcile(other);
            }
        member.joined();
        if (before != null && before.forwarded()) announce(member); // the others are to see at once that it is itself
        else introduce(member);
        description.countsChanged();
        manager.listeners().forEach(l -> l.participantEntered(info(), member.info()));
        becomesActive(member, millis() + JOIN_MILLIS);
        return member;
    }

    /** Or goes. */
    private void becomesActive(Member member, long untilMillis) {
        member.residence().after(Math.max(1, untilMillis - millis()), () -> {
            if (member.open() && !member.active()) member.close(DisconnectReason.JOIN_FAILURE, LeaveRequest.Action.DISCONNECT);
        });
    }

    private void enter(Member member) {
        members.put(member.identity(), member);
        population = members.size();
    }

    private boolean exit(Member member) {
        boolean left = members.remove(member.identity(), member);
        population = members.size();
        return left;
    }

    /** A participant goes on where another room manager has left it. */
    void goesOn(Member member) {
        enter(member);
        if (!member.active()) becomesActive(member, member.info.getJoinedAtMs() + JOIN_MILLIS);
    }

    Member resume(StartSession start, SignalSink sink) {
        Member member = members.get(start.getIdentity());
        if (member == null || !member.open() || member.forwarded() || closed) return null;
        member.signalling().resume(sink, start.getConnectionId(), start.getReconnectReason());
        return member;
    }

    private boolean full() {
        return info().getMaxParticipants() > 0 && counted() + expected.size() >= info().getMaxParticipants();
    }

    /** Nobody is here who counts, or on the way here. */
    boolean vacant() {
        return counted() + expected.size() == 0;
    }

    long counted() {
        return members.values().stream().filter(m -> !m.dependent()).count();
    }

    /** For connections that begin from now on; of TURN over TLS its client is told at the next join or resume. */
    void only(Member member, CandidateProtocol way) {
        manager.ways().only(name(), member.identity(), way);
    }

    /** UDP: whatever the network allows. */
    CandidateProtocol only(Member member) {
        return manager.ways().only(name(), member.identity());
    }

    WaysIn ways() {
        return manager.ways();
    }

    boolean leadsOverTls(Member member) {
        return manager.leadsOverTls(member);
    }

    boolean allowsTcpFallback() {
        return manager.ice().allowTcpFallback();
    }

    boolean iceLite() {
        return manager.ice().useIceLite();
    }

    int tcpFallbackRttThreshold() {
        return manager.ice().tcpFallbackRttThreshold();
    }

    void activated(Member member) {
        introduce(member);
        for (Member other : members.values()) {
            if (other == member) continue;
            member.subscriptions().reconcile(other);
            other.subscriptions().reconcile(member);
        }
        description.countsChanged();
        manager.listeners().forEach(l -> l.participantJoined(info(), member.info()));
    }

    // -- from and to other rooms

    /** Somebody will come from another room, and finds its place free. */
    Void expect(String identity, boolean counts) throws RoomException {
        if (closed) throw new RoomException(RoomException.Code.UNAVAILABLE, "the destination room is closing");
        if (members.containsKey(identity) || expected.contains(identity))
            throw new RoomException(RoomException.Code.ALREADY_EXISTS, "destination room has a participant of that identity");
        if (counts && full()) throw new RoomException(RoomException.Code.RESOURCE_EXHAUSTED, "destination room is full");
        expected.add(identity);
        return null;
    }

    Void unexpect(String identity) {
        expected.remove(identity);
        return null;
    }

    /** Who was expected is here. */
    void take(Member member) {
        expected.remove(member.identity());
        Member before = members.get(member.identity());
        if (before != null) before.close(DisconnectReason.DUPLICATE_IDENTITY, LeaveRequest.Action.DISCONNECT);
        enter(member);
        vacancy.came(member);
        begin();
    }

    /** Who was taken knows where it is. */
    void arrived(Member member) {
        manager.listeners().forEach(l -> l.participantEntered(info(), member.info()));
        activated(member);
        for (Member other : members.values()) {
            if (other == member) continue;
            member.dataTracks().reconcile(other);
            other.dataTracks().reconcile(member);
        }
        dynacast.changed(member);
        for (TrackInfo track : member.publications().infos()) told(member, track);
    }

    /** Another room was to show the member, and could not go on with it where it was. */
    void showAgain(Member member, String destination) {
        new PendingForwarding(manager, member, destination).begin();
    }

    /** The member goes on in another room. */
    void depart(Member member) {
        exit(member);
        gone(member, Relocation.departed(member), DisconnectReason.MIGRATION, true);
    }

    /** The member has closed itself. */
    void left(Member member, DisconnectReason reason, boolean wasActive) {
        if (exit(member)) gone(member, member.info(), reason, wasActive);
    }

    private void gone(Member member, ParticipantInfo last, DisconnectReason reason, boolean wasActive) {
        member.endForwardings(reason);
        for (String sid : member.subscriptions().tracks()) dynacast.changed(sid);
        if (member.forwarded()) {
            dynacast.gone(member);
            member.original().left(reason);
        }
        calls.left(member);
        vacancy.left();
        boolean flows = member.open() || member.forwarded();
        for (Publications.Entry entry : member.publications().all())
            for (Member other : members.values()) other.subscriptions().forget(entry.info.getSid(), flows);
        for (Member other : members.values()) {
            other.dataTracks().dismiss(member);
            for (DataTrackInfo track : member.dataTracks().infos()) other.dataTracks().forget(track.getSid());
        }
        manager.store().deleteParticipant(name(), member.identity());
        tellGone(member, last, reason == DisconnectReason.DUPLICATE_IDENTITY);
        description.countsChanged();
        if (!member.forwarded()) counts().left(member, wasActive, millis());
        for (Publications.Entry entry : member.publications().all())
            if (entry.published) manager.listeners().forEach(l -> l.trackUnpublished(info(), last, entry.info.build()));
        if (wasActive) manager.listeners().forEach(l -> l.participantLeft(info(), last));
        else manager.listeners().forEach(l -> l.participantConnectionAborted(info(), last));
        LOG.info("room {}: {} left ({})", name(), member.identity(), reason);
    }

    // -- telling

    private void tellGone(Member gone, ParticipantInfo last, boolean replaced) {
        boolean known = gone.announced && !gone.hidden();
        boolean later = known && !replaced && crowd.takes(gone);
        crowd.left(gone, later ? last : null);
        if (!known) return;
        if (replaced && !gone.forwarded()) crowd.replaced(gone, last); // who was only shown here is somebody else when it comes itself
        for (Member other : members.values()) {
            if (replaced && other.protocol() >= KNOWS_IDENTITIES) continue;
            if (!other.signalling().open()) other.signalling().missed(last);
            else if (!later) other.send(update(last));
        }
    }

    /** Everybody who may see the member learns what it is now. */
    void announce(Member member) {
        SignalResponse now = store(member);
        if (member.active()) member.send(now);
        tellOthers(member, now);
        member.follow();
    }

    /** Who has come, or is connected now: the others need not know at once. */
    private void introduce(Member member) {
        if (member.publishes() || member.forwarded()) {
            announce(member);
            return;
        }
        SignalResponse now = store(member);
        if (member.active()) member.send(now);
        if (!member.hidden()) crowd.changed(member);
        member.follow();
    }

    /** Whoever gets something from it knows it before. */
    void says(Member member) {
        if (crowd.isUnknown(member)) tellOthers(member, update(member.info()));
    }

    private void tellOthers(Member member, SignalResponse now) {
        if (!member.hidden()) {
            for (Member other : members.values()) if (other != member) other.send(now);
            member.announced = true;
        }
        crowd.told(member);
    }

    private SignalResponse store(Member member) {
        ParticipantInfo now = member.info();
        if (member.open() && members.get(member.identity()) == member) manager.store().putParticipant(name(), now);
        return update(now);
    }

    private static SignalResponse update(ParticipantInfo about) {
        return SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addParticipants(about)).build();
    }

    Crowd crowd() {
        return crowd;
    }

    /** A member that becomes hidden is gone for the others. */
    void vanish(Member member) {
        ParticipantInfo gone = member.info().toBuilder().setState(ParticipantInfo.State.DISCONNECTED).build();
        for (Member other : members.values()) if (other != member) other.send(update(gone));
        member.announced = false;
    }

    void sendEverybody(Member to) {
        sendAll(to, members.values().stream().filter(member -> member == to || !member.hidden()).map(Member::info).toList());
    }

    /** In as many messages as their size asks for. */
    void sendAll(Member to, Collection<ParticipantInfo> infos) {
        for (List<ParticipantInfo> batch : Batches.of(infos, limits().updateBatchTargetSize()))
            to.send(SignalResponse.newBuilder().setUpdate(ParticipantUpdate.newBuilder().addAllParticipants(batch)));
    }

    /** The store is new, or the room is new to it. */
    void publish() {
        description.store();
        manager.store().keepParticipants(name(), members.values().stream().map(Member::identity).collect(Collectors.toSet()));
        for (Member member : members.values()) manager.store().putParticipant(name(), member.info());
    }

    void published(Member member, TrackInfo track) {
        description.countsChanged();
        dynacast.changed(track.getSid());
        told(member, track);
    }

    private void told(Member member, TrackInfo track) {
        manager.listeners().forEach(l -> l.trackPublished(info(), member.info(), track));
        Recording.published(manager.egress, info(), internal, member.info(), track);
    }

    void unpublished(Member member, TrackInfo track) {
        description.countsChanged();
        manager.listeners().forEach(l -> l.trackUnpublished(info(), member.info(), track));
    }

    // -- recurring

    /** Whether recurring work has a purpose. */
    boolean inhabited() {
        return !closed && !members.isEmpty();
    }

    ServerCalls calls() {
        return calls;
    }

    Speakers speakers() {
        return speakers;
    }

    Dynacast dynacast() {
        return dynacast;
    }

    void simulateSpeaker(Member member, int seconds) {
        member.speaksUntilMillis = millis() + seconds * 1_000L;
        speakers.update();
    }

    boolean closed() {
        return closed;
    }

    // -- ending

    void end(DisconnectReason reason) {
        end(reason, LeaveRequest.Action.DISCONNECT);
    }

    void end(DisconnectReason reason, LeaveRequest.Action action) {
        if (closed) return;
        closed = true;
        for (Member member : List.copyOf(members.values())) member.close(reason, action);
        manager.closed(this);
        LOG.info("room {} closed ({})", name(), reason);
    }

    // -- LiveRoom: any thread

    /** Whoever lists thousands of rooms waits for none of them. */
    @Override
    public Room info() {
        return description.now();
    }

    @Override
    public RoomInternal internal() {
        return internal;
    }

    @Override
    public List<ParticipantInfo> participants() {
        try {
            return mailbox.call(() -> members.values().stream().map(Member::info).toList());
        } catch (RoomException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Who is shown here only is told nothing, and is changed where it is. */
    Member present(String identity) throws RoomException {
        Member member = required(identity);
        if (member.forwarded()) throw new RoomException(RoomException.Code.FAILED_PRECONDITION, "participant is forwarded from another room");
        return member;
    }

    Member required(String identity) throws RoomException {
        Member member = members.get(identity);
        if (member == null) throw new RoomException(RoomException.Code.NOT_FOUND, "participant does not exist");
        return member;
    }

    @Override
    public ParticipantInfo participant(String identity) throws RoomException {
        return mailbox.call(() -> required(identity).info());
    }

    @Override
    public void removeParticipant(String identity) throws RoomException {
        mailbox.call(() -> {
            required(identity).close(DisconnectReason.PARTICIPANT_REMOVED, LeaveRequest.Action.DISCONNECT);
            return null;
        });
    }

    @Override
    public void moveParticipant(String identity, String destinationRoom) throws RoomException {
        new Relocation(manager, this, identity, destinationRoom).move();
    }

    @Override
    public void forwardParticipant(String identity, String destinationRoom) throws RoomException {
        new Relocation(manager, this, identity, destinationRoom).forward();
    }

    @Override
    public Optional<TrackInfo> mutePublishedTrack(String identity, String trackSid, boolean muted) throws RoomException {
        return mailbox.call(() -> {
            Member member = present(identity);
            Publications.Entry entry = member.publications().get(trackSid);
            if (entry == null) return Optional.empty();
            if (!muted && entry.info.getMuted() && !manager.limits().enableRemoteUnmute())
                throw new RoomException(RoomException.Code.FAILED_PRECONDITION, "remote unmute not enabled");
            member.publishing().mute(trackSid, muted, true);
            return Optional.of(entry.info.build());
        });
    }

    @Override
    public ParticipantInfo updateParticipant(UpdateParticipantRequest request) throws RoomException {
        return mailbox.call(() -> {
            Member member = present(request.getIdentity());
            String fault = limitFault(request.getName(), request.getMetadata(), member.attributesWith(request.getAttributesMap()));
            if (fault != null) throw new RoomException(RoomException.Code.INVALID_ARGUMENT, fault);
            if (!request.getName().isEmpty() || !request.getMetadata().isEmpty() || request.getAttributesCount() > 0)
                member.describe(request.getName(), request.getMetadata(), request.getAttributesMap());
            if (request.hasPermission()) member.permit(request.getPermission());
            return member.info();
        });
    }

    @Override
    public Room updateMetadata(String metadata) throws RoomException {
        return mailbox.call(() -> description.setMetadata(metadata));
    }

    @Override
    public void updateSubscriptions(UpdateSubscriptionsRequest request) throws RoomException {
        mailbox.call(() -> {
            List<String> sids = new ArrayList<>(request.getTrackSidsList());
            for (ParticipantTracks tracks : request.getParticipantTracksList()) sids.addAll(tracks.getTrackSidsList());
            present(request.getIdentity()).subscribe(sids, request.getSubscribe());
            return null;
        });
    }

    @Override
    public void sendData(DataPacket packet) throws RoomException {
        mailbox.call(() -> {
            data.broadcast(null, packet, packet.getKind() == DataPacket.Kind.RELIABLE);
            return null;
        });
    }

    @Override
    public String performRpc(PerformRpcRequest request) throws RoomException {
        return Mailbox.await(mailbox.call(() -> calls.call(present(request.getDestinationIdentity()), request)));
    }

    @Override
    public void delete() throws RoomException {
        mailbox.call(() -> {
            end(DisconnectReason.ROOM_DELETED);
            return null;
        });
    }

    @Override
    public List<ParticipantReport> inspect() throws RoomException {
        return inspection.participants();
    }

    @Override
    public List<String> explain(String identity, String trackSid) throws RoomException {
        return inspection.why(identity, trackSid);
    }
}
