package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.DataLane;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerState;
import io.stoa.media.RelayPorts;
import io.stoa.peer.PeerHandler;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.peer.Sender;
import io.stoa.rtp.RtpView;
import java.util.Arrays;

/**
 * What a peer's connection says, on the loop: packets and what concerns them go to the tracks, everything else to whoever listens to the
 * peer.
 */
final class PeerEvents implements PeerHandler {
    private final LoopPeer owner;
    private final boolean[] openLanes = new boolean[DataLane.values().length];
    private PeerPath toldPath;

    PeerEvents(LoopPeer owner) {
        this.owner = owner;
    }

    // -- its paths

    @Override
    public void transmit(Flow flow, byte[] bytes, int offset, int length) {
        owner.loop.transmit(flow, bytes, offset, length);
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return owner.flows().flow(protocol, local, remote);
    }

    @Override
    public boolean isRelay(TransportAddress remote) {
        RelayPorts relays = owner.loop.relays();
        return relays != null && relays.isRelay(remote);
    }

    @Override
    public void verified(long now, Flow flow) {
        owner.flows().own(flow);
    }

    @Override
    public void selected(long now, Flow flow) {
        owner.flows().own(flow);
        tellPath();
    }

    @Override
    public void stateChanged(long now, PeerState state, String reason) {
        if (state == PeerState.CONNECTED) owner.subscribed().connected(now);
        tellPath();
        owner.listener().stateChanged(state, reason);
    }

    private void tellPath() {
        PeerPath path = owner.peer().path();
        if (path == null || path == toldPath) return;
        toldPath = path;
        owner.listener().path(path);
    }

    @Override
    public void candidate(String line, String mid, int mlineIndex, boolean last) {
        owner.listener().candidate(line, mid, mlineIndex, last);
    }

    // -- what the client publishes

    @Override
    public void receiverChanged(long now, Receiver receiver) {
        PublicationTrack track = owner.published().found(now, receiver);
        owner.listener().published(track.asPublished());
    }

    @Override
    public void receiverEnded(long now, Receiver receiver) {
        if (receiver.attachment instanceof PublicationTrack track && owner.published().ended(track)) owner.listener().unpublished(track.trackSid);
    }

    @Override
    public void rtp(long now, ReceiveStream stream, RtpView packet) {
        owner.traffic().came(packet.length());
        ((PublicationTrack) stream.receiver().attachment).rtp(now, stream, packet);
    }

    @Override
    public void gaveUp(long now, ReceiveStream stream, long index) {
        ((PublicationTrack) stream.receiver().attachment).gaveUp(now, stream.layer(), index);
    }

    @Override
    public void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp) {
        ((PublicationTrack) stream.receiver().attachment).senderReport(now, stream.layer(), ntp, rtpTimestamp);
    }

    // -- what the client receives

    @Override
    public void bound(long now, Sender sender) {
        owner.subscribed().bound(now, sender);
    }

    @Override
    public void unsupported(long now, Sender sender, String why) {
        owner.subscribed().unsupported(sender, why);
    }

    @Override
    public void keyFrameLost(long now, Sender sender) {
        ((SubscriptionTrack) sender.attachment).keyFrameLost(now);
    }

    @Override
    public void nack(long now, Sender sender, int seq) {
        ((SubscriptionTrack) sender.attachment).nack(now, seq);
    }

    @Override
    public void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos) {
        ((SubscriptionTrack) sender.attachment).reported(now, fractionLost);
    }

    // -- data channels

    @Override
    public void laneOpen(long now, DataLane lane) {
        synchronized (openLanes) {
            openLanes[lane.ordinal()] = true;
        }
        owner.listener().laneOpen(lane);
    }

    /** Any thread. */
    boolean isOpen(DataLane lane) {
        synchronized (openLanes) {
            return openLanes[lane.ordinal()];
        }
    }

    @Override
    public void data(long now, DataLane lane, byte[] bytes, int offset, int length) {
        owner.listener().data(lane, Arrays.copyOfRange(bytes, offset, offset + length));
    }

    // -- what is to be done

    @Override
    public void ready() {
        owner.post(now -> owner.peer().drain(now));
    }

    @Override
    public void offerNeeded() {
        owner.listener().offerNeeded();
    }

    @Override
    public void sectionsRequired(int audios, int videos) {
        owner.listener().sectionsRequired(audios, videos);
    }
}
