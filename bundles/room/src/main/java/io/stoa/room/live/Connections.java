package io.stoa.room.live;

import io.stoa.media.DataLane;
import io.stoa.media.DownstreamSettings;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.MediaSectionsRequirement;
import io.stoa.protocol.livekit.PlayoutDelay;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalTarget;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant's connections to the media plane: one for each direction, or one for both; none if it is only shown. How they are made, how
 * they are negotiated, whether they answer, and which way they take next. What they say is posted to the room's mailbox, in order;
 * everything else lives there.
 */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    /** Protocol from which clients know that the subscriber connection may be the primary one. */
    private static final int SUBSCRIBER_PRIMARY = 3;
    /** Protocol from which tracks of one stream may share its id. */
    private static final int PLAYS_TOGETHER = 10;
    private static final int FACES_ICE_LITE = 6;

    private final Member member;
    private final int firstOfferId;
    private final Answering answering;
    private final NextWay nextWay;
    private MediaPeer publisher;
    private MediaPeer subscriber;
    private boolean single;
    private OfferAnswer descriptions;
    private boolean everActive;
    private final Backlog unread = Backlog.ofPackets();
    private final AtomicBoolean flooded = new AtomicBoolean();

    Connections(Member member, int firstOfferId) {
        this.member = member;
        this.firstOfferId = firstOfferId;
        answering = new Answering(member, this);
        nextWay = new NextWay(member, this);
    }

    // -- what others ask

    /** By which the client publishes; the same as {@link #subscriber} where there is one for both. */
    MediaPeer publisher() {
        return publisher;
    }

    /** By which the client receives. */
    MediaPeer subscriber() {
        return subscriber;
    }

    boolean single() {
        return single;
    }

    List<MediaPeer> peers() {
        return single ? List.of(publisher) : List.of(publisher, subscriber);
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

    /** Whether the primary one has been connected. */
    boolean everActive() {
        return everActive;
    }

    boolean subscriberPrimary() {
        return !single && member.permission().getCanSubscribe() && member.protocol() >= SUBSCRIBER_PRIMARY;
    }

    /** Whether the client is told which tracks belong together. */
    boolean playsTogether() {
        return room().internal().getSyncStreams() && !member.traits().firefox() && member.protocol() >= PLAYS_TOGETHER;
    }

    private ActiveRoom room() {
        return member.room();
    }

    // -- how they are made

    void open() {
        open(ConnectionState.getDefaultInstance(), ConnectionState.getDefaultInstance());
    }

    private void open(ConnectionState publisherBefore, ConnectionState subscriberBefore) {
        single = member.start.getUseSinglePeerConnection();
        if (single) {
            publisher = subscriber = room().open(spec(PeerSpec.Role.SINGLE), new Events(SignalTarget.PUBLISHER), publisherBefore);
        } else {
            publisher = room().open(spec(PeerSpec.Role.PUBLISHER), new Events(SignalTarget.PUBLISHER), publisherBefore);
            subscriber = room().open(spec(PeerSpec.Role.SUBSCRIBER), new Events(SignalTarget.SUBSCRIBER), subscriberBefore);
        }
        downstream(0);
        descriptions = new OfferAnswer(member, publisher, subscriber, firstOfferId);
    }

    private PeerSpec spec(PeerSpec.Role role) {
        ClientTraits traits = member.traits();
        List<PeerSpec.EnabledCodec> codecs = traits.allow(room().codecs().enabled(), role == PeerSpec.Role.PUBLISHER);
        boolean tcpOnly = room().only(member) == CandidateProtocol.TCP;
        return new PeerSpec(
                room().sid(), member.sid(), member.identity(), role, codecs, traits.firefox(), traits.red(), tcpOnly, iceLite(), traits.changesCodec(), traits.tracksByPackets(), playout());
    }

    /** Firefox nominates every path that works, even to a lite agent, and does not say which one it means. */
    private boolean iceLite() {
        return room().iceLite() && !member.start.getDisableIceLite() && !member.traits().firefox() && member.protocol() >= FACES_ICE_LITE;
    }

    /** Spec 6.13. Where tracks are to be in step, a client that cannot keep them so is not to delay one of them. */
    private PeerSpec.Playout playout() {
        PlayoutDelay delay = room().internal().getPlayoutDelay();
        if (!delay.getEnabled() || room().internal().getSyncStreams() && member.traits().firefox()) return new PeerSpec.Playout(false, 0, 0, playsTogether());
        return PeerSpec.Playout.delayed(Integer.toUnsignedLong(delay.getMin()), Integer.toUnsignedLong(delay.getMax()), playsTogether());
    }

    /** @param maxBps of what the client receives, 0 = as much as the path carries */
    void downstream(long maxBps) {
        if (subscriber == null) return;
        boolean mayPause = member.start.hasSubscriberAllowPause() ? member.start.getSubscriberAllowPause() : room().limits().allowPause();
        subscriber.downstream(new DownstreamSettings(mayPause, maxBps));
    }

    /** From the next ICE restart on. */
    void tcpOnly(boolean alone) {
        publisher.tcpOnly(alone);
        if (!single) subscriber.tcpOnly(alone);
    }

    void close() {
        if (publisher != null) publisher.close();
        if (subscriber != null && subscriber != publisher) subscriber.close();
    }

    // -- between two room managers

    /** Nothing is being negotiated: what is known of the negotiation is all there is to know. */
    boolean settled() {
        return descriptions == null || descriptions.settled();
    }

    /** The connections themselves are parked meanwhile, under keys. */
    void freeze(ParticipantState.Builder to) {
        if (descriptions != null) to.setNegotiation(descriptions.freeze());
        to.setEverActive(everActive).addAllSilentConnections(answering.silent()).setWay(nextWay.freeze());
    }

    void thaw(ParticipantState from) {
        everActive = from.getEverActive();
        answering.thaw(from.getSilentConnectionsList());
        nextWay.thaw(from.getWay());
    }

    /** Goes on with connections that another room manager has parked. @return false if one of them is gone */
    boolean adopt(ParticipantState from) {
        single = member.start.getUseSinglePeerConnection();
        publisher = room().adopt(from.getPublisher(), new Events(SignalTarget.PUBLISHER));
        subscriber = single ? publisher : room().adopt(from.getSubscriber(), new Events(SignalTarget.SUBSCRIBER));
        if (publisher == null || subscriber == null) return false;
        descriptions = new OfferAnswer(member, publisher, subscriber, firstOfferId);
        descriptions.thaw(from.getNegotiation());
        return true;
    }

    /** The room stays after all: what has happened meanwhile is told. @param keys under which they were parked */
    void reclaim(Map<MediaPeer, String> keys) {
        reclaim(publisher, keys, SignalTarget.PUBLISHER);
        if (!single) reclaim(subscriber, keys, SignalTarget.SUBSCRIBER);
    }

    private void reclaim(MediaPeer peer, Map<MediaPeer, String> keys, SignalTarget target) {
        String key = keys.get(peer);
        if (key != null && room().adopt(key, new Events(target)) == null) member.reconnects();
    }

    // -- between two nodes

    /** The client has had them with another node, and is to restart ICE. */
    void openAgain(ParticipantState from) {
        everActive = from.getEverActive();
        open(from.getPublisherState(), from.getSubscriberState());
        descriptions.goOn(from.getNegotiation());
    }

    // -- what they say, on the mailbox

    private void state(SignalTarget target, PeerState state, String reason) {
        if (!member.open()) return;
        boolean primary = single || (target == SignalTarget.SUBSCRIBER) == subscriberPrimary();
        answering.of(target, state);
        nextWay.of(target, state);
        switch (state) {
            case CONNECTED -> {
                if (!primary || everActive) return;
                everActive = true;
                member.activated();
            }
            case FAILED -> member.signalling().mediaFailed(reason);
            case CLOSED_BY_CLIENT -> member.signalling().mediaClosed(reason);
            case CLOSED -> member.reconnects(); // not by us: the media plane has ended it
            case NEW, CONNECTING, DISCONNECTED -> {}
        }
    }

    private void reachable() {
        member.outbox().flush();
        room().crowd().reached(member);
    }

    /** Of its reliable data something is lost, because there was no more room for it. */
    private void flooded() {
        LOG.warn("room {}: {} sends data faster than it can be distributed: it is to reconnect", room().name(), member.identity());
        member.reconnects();
    }

    /** Posts everything to the mailbox, in order. */
    private final class Events implements PeerListener {
        private final SignalTarget target;

        Events(SignalTarget target) {
            this.target = target;
        }

        /** Unless the participant has ended by then. */
        private void post(Runnable task) {
            member.post(() -> {
                if (member.open()) task.run();
            });
        }

        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            member.post(() -> descriptions.candidate(target, candidate, mid, mlineIndex, last));
        }

        @Override
        public void stateChanged(PeerState state, String reason) {
            member.post(() -> state(target, state, reason));
        }

        @Override
        public void path(PeerPath path) {
            member.post(() -> nextWay.path(target, path));
        }

        @Override
        public void laneOpen(DataLane lane) {
            if (lane == DataLane.RELIABLE && (single || target == SignalTarget.SUBSCRIBER)) post(Connections.this::reachable);
        }

        @Override
        public void data(DataLane lane, byte[] message) {
            if (!unread.add(message.length)) {
                if (lane.reliable() && flooded.compareAndSet(false, true)) post(Connections.this::flooded);
                return; // what may be lost is
            }
            member.post(() -> {
                unread.remove(message.length);
                if (member.open()) room().data().receive(member, lane, message);
            });
        }

        @Override
        public void published(PublishedTrack track) {
            post(() -> member.publishing().found(track));
        }

        @Override
        public void unpublished(String trackSid) {
            post(() -> member.publishing().end(trackSid, false)); // of who has ended, everything has
        }

        @Override
        public void firstPacket(String trackSid) {}

        @Override
        public void sectionsRequired(int audios, int videos) {
            post(() -> descriptions.inOrder(target, SignalResponse.newBuilder().setMediaSectionsRequirement(
                    MediaSectionsRequirement.newBuilder().setNumAudios(audios).setNumVideos(videos))));
        }

        @Override
        public void offerNeeded() {
            post(() -> descriptions.offerNeeded());
        }

        @Override
        public void subscription(String trackSid, SubscriptionEvent event, String detail) {
            post(() -> member.subscriptions().happened(trackSid, event, detail));
        }

        @Override
        public void codecTaken(String trackSid, int rank) {
            post(() -> member.subscriptions().took(trackSid, rank));
        }
    }
}
