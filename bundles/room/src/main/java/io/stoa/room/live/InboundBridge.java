package io.stoa.room.live;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerSpec;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.handover.BridgeAlive;
import io.stoa.protocol.handover.BridgeDescription;
import io.stoa.protocol.handover.BridgeMessage;
import io.stoa.protocol.handover.BridgeNeeds;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.Picture;
import io.stoa.protocol.handover.ShowRequest;
import io.stoa.protocol.handover.ShowResponse;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SimulcastCodecInfo;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.RoomException;
import io.stoa.room.RoomException.Code;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant of a room on another node that is shown in a room here. This end answers: what comes over the bridge is published by the member
 * that shows it, once it comes. Lives on the mailbox of the room that shows it.
 */
final class InboundBridge extends Bridge implements Original {
    private static final Logger LOG = LoggerFactory.getLogger(InboundBridge.class);

    private final ActiveRoom room;
    private final String fromRoomSid;
    private Member shown;
    private long pictureNumber;
    /** By track that comes: its codec. */
    private final Map<String, String> mimes = new LinkedHashMap<>();
    /** By track, the quality that somebody needs here; tracks that nobody needs are not in it. */
    private final Map<String, Integer> needs = new LinkedHashMap<>();
    private long needsNumber;
    private boolean needsDue;
    private double level;

    private InboundBridge(LiveRoomManager manager, ActiveRoom room, ShowRequest request) {
        super(manager, request.getBridge(), request.getFrom());
        this.room = room;
        fromRoomSid = request.getFromRoomSid();
    }

    /** On no mailbox. */
    static ShowResponse begin(LiveRoomManager manager, ShowRequest request) throws RoomException {
        boolean whole = !request.getBridge().isEmpty() && !request.getRoom().isEmpty() && !request.getFrom().isEmpty() && !request.getFromRoomSid().isEmpty();
        if (!whole || request.getFirst().getInfo().getIdentity().isEmpty()) throw new RoomException(Code.INVALID_ARGUMENT, "the request says too little");
        ActiveRoom to = manager.opened(CreateRoomRequest.newBuilder().setName(request.getRoom()).setNodeId(manager.nodeId()).build());
        return to.call(() -> {
            InboundBridge bridge = new InboundBridge(manager, to, request);
            bridge.open(request);
            return ShowResponse.newBuilder().setParticipantSid(bridge.shown.sid()).setTrailer(to.welcome().sifTrailer()).build();
        });
    }

    private void open(ShowRequest request) throws RoomException {
        Picture first = request.getFirst();
        String identity = first.getInfo().getIdentity();
        Member there = room.member(identity);
        if (there != null && there.original() instanceof InboundBridge before && before.fromRoomSid.equals(fromRoomSid)) {
            before.close(); // its other end has left it: the room was handed over, or is on another node
            there.close(DisconnectReason.MIGRATION, LeaveRequest.Action.DISCONNECT);
        }
        if (manager.bridges().count(room) >= Bridges.MOST_PER_ROOM)
            throw new RoomException(Code.RESOURCE_EXHAUSTED, "as many participants of other nodes as possible are shown in the room: " + Bridges.MOST_PER_ROOM);
        room.expect(identity, !first.getDependent());
        String sid = room.ids().next(Ids.PARTICIPANT);
        try {
            peer = room.open(PeerSpec.fromNode(room.sid(), sid, identity, new RoomCodecs(request.getEnabledCodecsList()).enabled()), new Connection(),
                    ConnectionState.getDefaultInstance());
        } catch (IllegalStateException e) {
            room.unexpect(identity);
            throw new RoomException(Code.UNAVAILABLE, e.getMessage(), e); // the media plane says what it is missing
        }
        StartSession start = StartSession.newBuilder().setIdentity(identity).setClient(first.getClient()).build();
        shown = new Member(room, sid, start, Claims.of(identity, VideoGrant.join(room.name())), null, 1);
        pictureNumber = first.getNumber();
        shown.show(this, first.getInfo(), first.getAllowed());
        for (TrackInfo track : first.getInfo().getTracksList()) announce(track);
        manager.bridges().add(this);
        room.take(shown);
        room.arrived(shown);
        LOG.info("room {}: shows {} of a room on node {}", room.name(), identity, node);
    }

    // -- a bridge

    @Override
    ActiveRoom room() {
        return room;
    }

    @Override
    String who() {
        return shown.identity();
    }

    @Override
    void post(Runnable task) {
        room.post(task);
    }

    @Override
    void said(BridgeMessage message) {
        switch (message.getMessageCase()) {
            case PICTURE -> follow(message.getPicture());
            case OFFER -> answer(message.getOffer());
            case LEVEL -> level = message.getLevel();
            case ALIVE -> {
                level = message.getAlive().getLevel();
                if (message.getAlive().getNeeds() < needsNumber) sayNeeds();
            }
            default -> LOG.debug("bridge of {}: {} is not for this end", who(), message.getMessageCase());
        }
    }

    @Override
    void stillThere() {
        say(BridgeMessage.newBuilder().setAlive(BridgeAlive.newBuilder().setPicture(pictureNumber).setNeeds(needsNumber)));
    }

    @Override
    void ended(DisconnectReason why, boolean again) {
        if (close()) shown.close(why, LeaveRequest.Action.DISCONNECT);
    }

    @Override
    void broken() {
        shown.close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.DISCONNECT);
    }

    @Override
    void abandon() {
        if (close()) manager.bridges().sayEnd(node, id, DisconnectReason.MIGRATION, true);
    }

    // -- an original

    @Override
    public MediaPeer source() {
        return peer;
    }

    @Override
    public OptionalDouble level() {
        return OptionalDouble.of(level);
    }

    @Override
    public void needed(String trackSid, Map<Integer, Integer> needed) {
        Integer quality = needed.get(0);
        if (quality == null || quality == Dynacast.NOTHING) needs.remove(trackSid);
        else needs.put(trackSid, quality);
        if (needsDue || closed()) return;
        needsDue = true;
        post(() -> { // with all that is found in this turn
            needsDue = false;
            if (closed()) return;
            needsNumber++;
            sayNeeds();
        });
    }

    private void sayNeeds() {
        say(BridgeMessage.newBuilder().setNeeds(BridgeNeeds.newBuilder().setNumber(needsNumber).putAllQualities(needs)));
    }

    @Override
    public void left(DisconnectReason why) {
        if (close()) sayEnd(why, false);
    }

    @Override
    public void departed() {
        if (closeLater()) sayEnd(DisconnectReason.MIGRATION, true);
    }

    // -- what it shows

    private void follow(Picture now) {
        if (now.getNumber() <= pictureNumber || !now.getInfo().getIdentity().equals(who())) return;
        pictureNumber = now.getNumber();
        boolean wasHidden = shown.hidden();
        boolean permits = !shown.publishing().allowed().equals(now.getAllowed());
        shown.show(this, now.getInfo(), now.getAllowed());
        Set<String> stay = new HashSet<>();
        for (TrackInfo track : now.getInfo().getTracksList()) {
            stay.add(track.getSid());
            announce(track);
        }
        for (Publications.Entry entry : shown.publications().all()) if (!stay.contains(entry.info.getSid())) end(entry.info.getSid());
        if (shown.hidden() && !wasHidden) room.vanish(shown);
        room.announce(shown);
        if (permits) for (Member member : room.members()) member.subscriptions().reconcile(shown);
    }

    /** A track that is to come, or that has changed. */
    private void announce(TrackInfo track) {
        if (track.getSid().isEmpty()) return;
        Publications.Entry known = shown.publications().get(track.getSid());
        if (known != null) {
            known.info = inOneCodec(track).toBuilder();
            return;
        }
        Publications.expect(peer, shown.publications().announce(inOneCodec(track)));
    }

    /** It comes over the bridge in one codec, whichever it has where it is published. */
    private TrackInfo inOneCodec(TrackInfo track) {
        String mime = mimes.getOrDefault(track.getSid(), "");
        SimulcastCodecInfo codec = track.getCodecsList().stream()
                .filter(one -> one.getMimeType().equalsIgnoreCase(mime))
                .findFirst()
                .orElse(track.getCodecsCount() == 0 ? SimulcastCodecInfo.getDefaultInstance() : track.getCodecs(0));
        TrackInfo.Builder shape = track.toBuilder().clearCodecs().addCodecs(codec);
        return mime.isEmpty() ? shape.build() : shape.setMimeType(mime).build();
    }

    private void end(String trackSid) {
        needs.remove(trackSid);
        mimes.remove(trackSid);
        shown.publishing().end(trackSid, false);
        peer.unpublish(trackSid);
    }

    private void comes(PublishedTrack track) {
        Publications.Entry entry = shown.publications().get(track.trackSid());
        if (entry == null) return;
        mimes.put(track.trackSid(), track.mime());
        entry.info = inOneCodec(entry.info.build()).toBuilder();
        if (entry.published) return;
        entry.published = true;
        shown.changed();
        room.announce(shown);
        for (Member member : room.members()) member.subscriptions().reconcile(shown);
        room.published(shown, entry.info.build());
    }

    /** It may come again, in another codec. */
    private void comesNoMore(String trackSid) {
        Publications.Entry entry = shown.publications().get(trackSid);
        if (entry == null || !entry.published) return;
        entry.published = false;
        mimes.remove(trackSid);
        for (Member other : room.members()) other.subscriptions().forget(trackSid, true);
        shown.changed();
        room.announce(shown);
        room.unpublished(shown, entry.info.build());
    }

    // -- descriptions

    private void answer(BridgeDescription offer) {
        restarted();
        peer.answer(offer.getSdp()).whenComplete((answer, failure) -> post(() -> {
            if (closed()) return;
            if (failure == null) say(BridgeMessage.newBuilder().setAnswer(BridgeDescription.newBuilder().setId(offer.getId()).setSdp(answer.sdp())));
            else LOG.warn("room {}: an offer of node {} for {} cannot be answered: {}", room.name(), node, who(), failure.getMessage());
        }));
    }

    private final class Connection extends Events {
        @Override
        public void published(PublishedTrack track) {
            happens(() -> comes(track));
        }

        @Override
        public void unpublished(String trackSid) {
            happens(() -> comesNoMore(trackSid));
        }
    }
}
