package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.media.PeerSpec;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.protocol.handover.BridgeAlive;
import io.stoa.protocol.handover.BridgeDescription;
import io.stoa.protocol.handover.BridgeMessage;
import io.stoa.protocol.handover.BridgeNeeds;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.Picture;
import io.stoa.protocol.handover.ShowRequest;
import io.stoa.protocol.handover.ShowResponse;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.room.RoomException;
import io.stoa.room.RoomException.Code;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant of a room here that is shown in a room on another node. This end offers: it subscribes to the participant's tracks, in the
 * quality that somebody needs there, and sends them on. Lives on the mailbox of the participant's room.
 */
final class OutboundBridge extends Bridge implements Forwarding {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundBridge.class);
    private static final long ANSWER_MILLIS = 5_000;

    private final Member member;
    private final String destination;
    private final ShowResponse there;
    private final Set<String> carried = new HashSet<>();
    /** By track of which several codecs are known, in which of them it is sent. */
    private final Map<String, Integer> taken = new LinkedHashMap<>();
    private Map<String, Integer> needs = Map.of();
    private long needsNumber;
    private long pictureNumber = 1;
    private boolean pictureDue;
    private int offerId;
    private boolean outstanding;
    /** What is outstanding; null if there is nothing to say again. */
    private String offered;
    private long offeredAt;
    private boolean offerAgain;

    private OutboundBridge(LiveRoomManager manager, String id, String node, Member member, String destination, ShowResponse there) {
        super(manager, id, node);
        this.member = member;
        this.destination = destination;
        this.there = there;
    }

    /** On no mailbox. @param forwardable the participant, or why it cannot be forwarded; on the room's mailbox */
    static void begin(LiveRoomManager manager, ActiveRoom from, Mailbox.Work<Member> forwardable, String destination, String node) throws RoomException {
        String id = UUID.randomUUID().toString();
        Member member = from.call(forwardable);
        ShowRequest request = from.call(() -> request(manager, from, forwardable.run(), destination, id));
        manager.bridges().comes(id);
        try {
            ShowResponse there = manager.bridges().ask(node, request);
            from.call(() -> {
                if (from.member(member.identity()) != member) throw new RoomException(Code.NOT_FOUND, "participant does not exist");
                new OutboundBridge(manager, id, node, member, destination, there).open();
                return null;
            });
        } catch (RoomException e) {
            manager.bridges().sayEnd(node, id, DisconnectReason.CLIENT_INITIATED, false); // also if only the answer was lost
            throw e;
        } finally {
            manager.bridges().came(id);
        }
    }

    private static ShowRequest request(LiveRoomManager manager, ActiveRoom from, Member member, String destination, String id) throws RoomException {
        for (Forwarding other : member.forwardings())
            if (other instanceof OutboundBridge && other.shown() && other.destination().equals(destination))
                throw new RoomException(Code.ALREADY_EXISTS, "destination room shows the participant already");
        if (manager.bridges().count(from) >= Bridges.MOST_PER_ROOM)
            throw new RoomException(Code.RESOURCE_EXHAUSTED, "as many participants of the room as possible are forwarded to other nodes: " + Bridges.MOST_PER_ROOM);
        return ShowRequest.newBuilder()
                .setBridge(id)
                .setRoom(destination)
                .setFrom(manager.nodeId())
                .setFromRoomSid(from.sid())
                .addAllEnabledCodecs(from.info().getEnabledCodecsList())
                .setFirst(picture(member, 1))
                .build();
    }

    private static Picture picture(Member member, long number) {
        return Picture.newBuilder()
                .setNumber(number)
                .setInfo(member.info())
                .setDependent(member.dependent())
                .setClient(member.client())
                .setAllowed(member.publishing().allowed())
                .build();
    }

    private void open() throws RoomException {
        ActiveRoom room = room();
        try {
            peer = room.open(PeerSpec.toNode(room.sid(), member.sid(), member.identity() + " in " + destination, room.codecs().enabled()), new Connection(),
                    ConnectionState.getDefaultInstance());
        } catch (IllegalStateException e) {
            throw new RoomException(Code.UNAVAILABLE, e.getMessage(), e); // the media plane says what it is missing
        }
        manager.bridges().add(this);
        member.forwardings().add(this);
        stillThere(); // what is needed there was said before this end was here
        follow(); // it may have changed since
        LOG.info("room {}: {} is shown in room {} on node {}", room.name(), who(), destination, node);
    }

    // -- a bridge

    @Override
    ActiveRoom room() {
        return member.room();
    }

    @Override
    String who() {
        return member.identity();
    }

    @Override
    void post(Runnable task) {
        member.post(task);
    }

    @Override
    void said(BridgeMessage message) {
        switch (message.getMessageCase()) {
            case ANSWER -> answer(message.getAnswer());
            case NEEDS -> needs(message.getNeeds());
            case ALIVE -> {
                if (message.getAlive().getPicture() < pictureNumber) sayPicture();
            }
            default -> LOG.debug("bridge of {}: {} is not for this end", who(), message.getMessageCase());
        }
    }

    @Override
    void stillThere() {
        say(BridgeMessage.newBuilder().setAlive(BridgeAlive.newBuilder().setPicture(pictureNumber).setNeeds(needsNumber).setLevel(member.speakerLevel)));
        if (outstanding && room().millis() - offeredAt >= ANSWER_MILLIS) offerOnceMore();
    }

    @Override
    void ended(DisconnectReason why, boolean again) {
        ActiveRoom room = room();
        if (again ? !closeLater() : !close()) return;
        forget();
        LOG.info("room {}: {} is not shown in room {} any more ({})", room.name(), who(), destination, why);
        if (again && member.open()) room.showAgain(member, destination);
    }

    @Override
    void broken() {
        end(DisconnectReason.CONNECTION_TIMEOUT);
    }

    @Override
    void abandon() {
        close(); // whoever has the room now asks for it anew, and takes this one's place
    }

    private void forget() {
        member.forwardings().remove(this);
        for (String sid : carried) room().dynacast().neededElsewhere(member, sid, destination, Map.of());
    }

    // -- a forwarding

    @Override
    public String destination() {
        return destination;
    }

    @Override
    public boolean shown() {
        return !closed();
    }

    @Override
    public void follow() {
        carry();
        if (pictureDue) return;
        pictureDue = true;
        post(() -> { // with all that changes in this turn
            pictureDue = false;
            if (closed()) return;
            pictureNumber++;
            sayPicture();
        });
    }

    private void sayPicture() {
        say(BridgeMessage.newBuilder().setPicture(picture(member, pictureNumber)));
    }

    @Override
    public void level(double level) {
        say(BridgeMessage.newBuilder().setLevel(level));
    }

    @Override
    public void end(DisconnectReason why) {
        if (!close()) return;
        forget();
        sayEnd(why, false);
    }

    // -- tracks

    private void carry() {
        Set<String> published = new HashSet<>();
        for (Publications.Entry entry : member.publications().all()) {
            if (!entry.published) continue;
            published.add(entry.info.getSid());
            if (carried.add(entry.info.getSid())) carry(entry);
        }
        for (String sid : List.copyOf(carried)) if (!published.contains(sid)) drop(sid);
    }

    private void carry(Publications.Entry entry) {
        String sid = entry.info.getSid();
        boolean screen = entry.info.getSource() == TrackSource.SCREEN_SHARE;
        peer.subscribe(member.sending(), new SubscriptionSpec(
                sid, there.getParticipantSid() + "|" + sid, preference(entry), screen, there.getTrailer().toByteArray()));
        tellNeeded(entry);
    }

    private void drop(String sid) {
        carried.remove(sid);
        taken.remove(sid);
        peer.unsubscribe(sid);
    }

    private TrackPreference preference(Publications.Entry entry) {
        if (!entry.video()) return TrackPreference.EVERYTHING;
        Integer quality = needs.get(entry.info.getSid());
        int priority = entry.info.getSource() == TrackSource.SCREEN_SHARE ? TrackPreference.HIGHEST_PRIORITY : TrackPreference.LOWEST_PRIORITY;
        return new TrackPreference(quality != null, quality == null ? 0 : quality, 3, priority);
    }

    private void needs(BridgeNeeds now) {
        if (now.getNumber() <= needsNumber) return;
        needsNumber = now.getNumber();
        Map<String, Integer> next = new LinkedHashMap<>();
        now.getQualitiesMap().forEach((sid, quality) -> {
            if (carried.contains(sid)) next.put(sid, Math.clamp(quality, 0, 2));
        });
        needs = next;
        for (String sid : carried) {
            Publications.Entry entry = member.publications().get(sid);
            if (entry == null || !entry.video()) continue;
            peer.prefer(sid, preference(entry));
            tellNeeded(entry);
        }
    }

    /** So that its publisher sends what is needed there, in the codec that goes there. */
    private void tellNeeded(Publications.Entry entry) {
        Integer quality = entry.video() ? needs.get(entry.info.getSid()) : Integer.valueOf(0);
        int rank = taken.getOrDefault(entry.info.getSid(), 0);
        room().dynacast().neededElsewhere(member, entry.info.getSid(), destination, quality == null ? Map.of() : Map.of(rank, quality));
    }

    private void took(String sid, int rank) {
        Integer before = taken.put(sid, rank);
        Publications.Entry entry = member.publications().get(sid);
        if (entry != null && carried.contains(sid) && (before == null ? rank != 0 : before != rank)) tellNeeded(entry);
    }

    // -- descriptions

    private void offer(boolean restart) {
        if (outstanding && !restart) {
            offerAgain = true;
            return;
        }
        outstanding = true;
        offered = null;
        offerAgain = false;
        offeredAt = room().millis();
        int number = ++offerId;
        if (restart) restarted();
        MediaPeer offering = peer;
        offering.offer(restart).whenComplete((sdp, failure) -> post(() -> {
            if (closed() || number != offerId) return;
            offered = sdp;
            if (failure == null) sayOffer();
            else LOG.warn("room {}: no offer for the bridge of {} to node {}: {}", room().name(), who(), node, failure.getMessage());
        }));
    }

    private void sayOffer() {
        say(BridgeMessage.newBuilder().setOffer(BridgeDescription.newBuilder().setId(offerId).setSdp(offered)));
    }

    /** It, or its answer, is lost. The connection may be well all the same, and need not look for another path. */
    private void offerOnceMore() {
        if (offered == null) offer(true);
        else sayOffer();
    }

    private void answer(BridgeDescription answer) {
        if (!outstanding || answer.getId() != offerId) return;
        peer.acceptAnswer(answer.getSdp()).whenComplete((done, failure) -> post(() -> {
            if (closed() || answer.getId() != offerId) return;
            if (failure != null) {
                LOG.warn("room {}: answer of node {} to the bridge of {} cannot be used: {}", room().name(), node, who(), failure.getMessage());
                offered = null; // another one is made
                return;
            }
            outstanding = false;
            if (offerAgain) offer(false);
        }));
    }

    @Override
    void lost() {
        offer(true);
    }

    private final class Connection extends Events {
        @Override
        public void offerNeeded() {
            happens(() -> offer(false));
        }

        @Override
        public void subscription(String trackSid, SubscriptionEvent event, String detail) {
            switch (event) {
                case CODEC_UNSUPPORTED -> happens(() -> LOG.warn("room {}: node {} does not take {} of {}: {}", room().name(), node, trackSid, who(), detail));
                case BOUND, NOT_FOUND, ENDED, PAUSED, RESUMED -> {}
            }
        }

        @Override
        public void codecTaken(String trackSid, int rank) {
            happens(() -> took(trackSid, rank));
        }
    }
}
