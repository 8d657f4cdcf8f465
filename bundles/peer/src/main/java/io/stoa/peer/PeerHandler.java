package io.stoa.peer;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.DataLane;
import io.stoa.media.PeerState;
import io.stoa.rtp.RtpView;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a peer needs of its owner and tells it. Called on the peer's loop, in the middle of the call that caused it; only {@link #ready}
 * may come from another thread. Views and arrays are reused: whoever wants to keep them copies.
 */
@ConsumerType
public interface PeerHandler {
    /** Sends STUN, DTLS and RTCP; media goes through the outbox. */
    void transmit(Flow flow, byte[] bytes, int offset, int length);

    /** @return null if there is no such path, for instance TCP that the remote did not open */
    Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote);

    /** Whether a TURN server is known to relay from there, whatever the client has announced. */
    default boolean isRelay(TransportAddress remote) {
        return false;
    }

    /** Something waits for {@link Peer#drain}. Any thread. */
    void ready();

    void stateChanged(long now, PeerState state, String reason);

    /** The flow has proved to belong to this peer (an authenticated STUN message came over it). */
    void verified(long now, Flow flow);

    /** Media goes this way from now on. */
    void selected(long now, Flow flow);

    /** A local candidate line; the end of candidates as an empty line with {@code last}. */
    void candidate(String line, String mid, int mlineIndex, boolean last);

    /** A published track was found in a description, or its layers became better known. */
    void receiverChanged(long now, Receiver receiver);

    void receiverEnded(long now, Receiver receiver);

    /** A decrypted packet, its retransmission undone, no duplicate; statistics and losses are accounted for. */
    void rtp(long now, ReceiveStream stream, RtpView packet);

    /** A packet has not come however often it was asked for, nor will it: what depends on it is lost. The newest of several. */
    default void gaveUp(long now, ReceiveStream stream, long index) {}

    /** @param ntp the publisher's clock, 64-bit NTP format, that belongs to {@code rtpTimestamp} */
    void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp);

    /** Negotiated: the sender may write. */
    void bound(long now, Sender sender);

    /** The client cannot decode it. */
    void unsupported(long now, Sender sender, String why);

    void keyFrameLost(long now, Sender sender);

    void nack(long now, Sender sender, int seq);

    /** @param fractionLost in 1/256, as reported */
    void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos);

    /** The client must offer that many more receiving sections; both 0: it must offer again so that what is waiting finds its place. */
    void sectionsRequired(int audios, int videos);

    /** The server should offer. */
    void offerNeeded();

    void laneOpen(long now, DataLane lane);

    void data(long now, DataLane lane, byte[] bytes, int offset, int length);
}
