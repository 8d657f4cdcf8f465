package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.media.PeerSpec;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.RequestResponse;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.livekit.UpdateSubscription;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.UserPacket;
import io.stoa.room.RoomException;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalSink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A client as its server sees it: what it says, what it was told, and its two ends of media. */
final class Client implements SignalSink {
    final List<SignalResponse> told = new ArrayList<>();
    final String identity;
    private Rig rig;
    private int resumes;
    private final StartSession.Builder start;
    private Claims claims;
    boolean closed;
    /** Once established, a client answers every offer at once; unless a scenario is about its slowness. */
    boolean answers;
    RoomSession session;
    FakeMediaPlane.FakePeer publisher;
    FakeMediaPlane.FakePeer subscriber;

    Client(Rig rig, String identity) {
        this.rig = rig;
        this.identity = identity;
        claims = rig.claims(identity);
        start = StartSession.newBuilder()
                .setRoomName(Rig.ROOM)
                .setIdentity(identity)
                .setConnectionId("CO_" + identity)
                .setAutoSubscribe(true)
                .setClient(ClientInfo.newBuilder().setSdk(ClientInfo.SDK.JS).setProtocol(17).setClientProtocol(2));
    }

    // -- before it joins

    Client onePeerConnection() {
        start.setUseSinglePeerConnection(true);
        return this;
    }

    Client with(UnaryOperator<StartSession.Builder> change) {
        change.apply(start);
        return this;
    }

    Client allowed(UnaryOperator<ParticipantPermission.Builder> change) {
        ParticipantPermission permission = change.apply(claims.video().permission().toBuilder()).build();
        claims = claims.with(claims.name(), claims.metadata(), claims.attributes(), claims.video().with(permission));
        return this;
    }

    Client claiming(Claims other) {
        claims = other;
        return this;
    }

    // -- what it does

    Client join() {
        session = Rig.ok(this::tryJoin);
        findPeers();
        return this;
    }

    RoomSession tryJoin() throws RoomException {
        return rig.rooms.join(start.setGrantsJson(claims.toJson()).build(), this);
    }

    /** The same participant on a new WebSocket. */
    Client resume() {
        var next = new Client(rig, identity);
        next.resumes = resumes + 1;
        next.start.mergeFrom(start.build()).setConnectionId("CO_" + identity + next.resumes);
        next.session = Rig.ok(() -> rig.rooms.resume(next.start.setReconnect(true).setGrantsJson(claims.toJson()).build(), next));
        next.publisher = publisher;
        next.subscriber = subscriber;
        next.answers = true;
        if (next.wasTold(MessageCase.OFFER)) next.answer();
        return next;
    }

    /** It was told to resume, and comes to another node, to connections that know where it stands. */
    Client resumesOn(Rig next) {
        rig = next;
        Client back = resume();
        back.findPeers();
        return back;
    }

    /** Its session finds it under the next room manager; the client does not know. */
    void follows(Rig next) {
        meets(next);
        session = Rig.ok(() -> next.rooms.reattach(start.build(), this));
    }

    /** Whatever it does next, it does with another room manager. */
    void meets(Rig next) {
        rig = next;
    }

    private void findPeers() {
        boolean single = start.getUseSinglePeerConnection();
        if (rig.plane.peers.stream().noneMatch(peer -> peer.spec.identity().equals(identity))) return;
        publisher = rig.plane.peer(identity, single ? PeerSpec.Role.SINGLE : PeerSpec.Role.PUBLISHER);
        subscriber = single ? publisher : rig.plane.peer(identity, PeerSpec.Role.SUBSCRIBER);
    }

    Client connected() {
        if (publisher != subscriber) answer();
        return established();
    }

    /** What follows the first answer. */
    Client established() {
        answers = true;
        subscriber.connected();
        if (publisher != subscriber) publisher.connected();
        subscriber.lanes();
        return this;
    }

    /** The others know of it. */
    Client seen() {
        rig.advance(Crowd.MOMENT_MILLIS);
        return this;
    }

    void send(SignalRequest.Builder request) {
        session.receive(request.build());
    }

    /** Answers the newest offer of the server. */
    void answer() {
        SessionDescription offer = last(MessageCase.OFFER).getOffer();
        send(SignalRequest.newBuilder().setAnswer(SessionDescription.newBuilder().setType("answer").setSdp("answer to " + offer.getSdp()).setId(offer.getId())));
    }

    void offer(String sdp, int id) {
        send(SignalRequest.newBuilder().setOffer(SessionDescription.newBuilder().setType("offer").setSdp(sdp).setId(id)));
    }

    /** Announces and sends a track. @return its sid */
    String publishes(AddTrackRequest.Builder track, String mime) {
        send(SignalRequest.newBuilder().setAddTrack(track));
        publisher.media(track.getCid(), mime);
        return last(MessageCase.TRACK_PUBLISHED).getTrackPublished().getTrack().getSid();
    }

    String publishesCamera() {
        return publishes(camera(identity + "-camera"), "video/VP8");
    }

    String publishesMicrophone() {
        return publishes(microphone(identity + "-mic"), "audio/opus");
    }

    static AddTrackRequest.Builder camera(String cid) {
        return AddTrackRequest.newBuilder().setCid(cid).setType(TrackType.VIDEO).setSource(TrackSource.CAMERA).setWidth(1280).setHeight(720);
    }

    static AddTrackRequest.Builder microphone(String cid) {
        return AddTrackRequest.newBuilder().setCid(cid).setType(TrackType.AUDIO).setSource(TrackSource.MICROPHONE);
    }

    void subscribes(boolean subscribe, String... sids) {
        send(SignalRequest.newBuilder().setSubscription(UpdateSubscription.newBuilder().addAllTrackSids(List.of(sids)).setSubscribe(subscribe)));
    }

    void wants(UpdateTrackSettings.Builder settings) {
        send(SignalRequest.newBuilder().setTrackSetting(settings));
    }

    void leaves() {
        send(SignalRequest.newBuilder().setLeave(LeaveRequest.newBuilder()));
    }

    static DataPacket.Builder packet(String payload) {
        return DataPacket.newBuilder().setUser(UserPacket.newBuilder().setPayload(com.google.protobuf.ByteString.copyFromUtf8(payload)));
    }

    // -- what it was told

    @Override
    public void send(SignalResponse response) {
        assertThat(closed).as("nothing after the last word").isFalse();
        told.add(response);
        if (response.hasOffer() && answers && session != null) answer();
    }

    @Override
    public void close() {
        closed = true;
    }

    List<MessageCase> order() {
        return told.stream().map(SignalResponse::getMessageCase).toList();
    }

    List<SignalResponse> all(MessageCase kind) {
        return told.stream().filter(response -> response.getMessageCase() == kind).toList();
    }

    boolean wasTold(MessageCase kind) {
        return !all(kind).isEmpty();
    }

    SignalResponse last(MessageCase kind) {
        List<SignalResponse> all = all(kind);
        assertThat(all).as(kind + " among " + order()).isNotEmpty();
        return all.getLast();
    }

    LeaveRequest leave() {
        return last(MessageCase.LEAVE).getLeave();
    }

    RequestResponse refusal() {
        return last(MessageCase.REQUEST_RESPONSE).getRequestResponse();
    }

    /** What it was told last about somebody; null if nothing. */
    ParticipantInfo about(String other) {
        ParticipantInfo found = null;
        for (SignalResponse response : told) {
            if (response.hasJoin())
                for (ParticipantInfo info : response.getJoin().getOtherParticipantsList()) if (info.getIdentity().equals(other)) found = info;
            for (ParticipantInfo info : response.getUpdate().getParticipantsList()) if (info.getIdentity().equals(other)) found = info;
        }
        return found;
    }

    ParticipantInfo.State stateOf(String other) {
        ParticipantInfo info = about(other);
        return info == null ? null : info.getState();
    }

    TrackInfo track(String other, String sid) {
        return about(other).getTracksList().stream().filter(track -> track.getSid().equals(sid)).findFirst().orElse(null);
    }

    void forget() {
        told.clear();
    }

    String sid() {
        return told.stream().filter(SignalResponse::hasJoin).findFirst().orElseThrow().getJoin().getParticipant().getSid();
    }

    List<DataPacket> received(io.stoa.media.DataLane lane) {
        var packets = new ArrayList<DataPacket>();
        for (byte[] bytes : subscriber.sent(lane)) {
            try {
                packets.add(DataPacket.parseFrom(bytes));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
        return packets;
    }

    void sends(io.stoa.media.DataLane lane, DataPacket.Builder packet) {
        publisher.listener.data(lane, packet.build().toByteArray());
    }
}
