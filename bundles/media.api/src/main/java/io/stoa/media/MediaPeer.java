package io.stoa.media;

import io.stoa.protocol.handover.ConnectionState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One WebRTC connection. Any thread may call; calls of one thread take effect in their order. Stages complete on the media loop (attach
 * with an executor), exceptionally with {@link NegotiationException} if the client's description is at fault. After {@link #close},
 * and when the plane has gone away, calls do nothing and stages fail.
 */
@ProviderType
public interface MediaPeer {
    /**
     * PUBLISHER, SINGLE: takes the client's offer. Media sections with a send direction are bound to {@linkplain #expect announced}
     * tracks by their msid track id; in SINGLE, waiting subscriptions are put into the client's receiving sections, and
     * {@link PeerListener#sectionsRequired} says how many are still missing. New ICE credentials in the offer restart ICE.
     */
    CompletionStage<Answer> answer(String offerSdp);

    /**
     * SUBSCRIBER: makes an offer of all current subscriptions. Only one may be outstanding; a second call fails, unless it restarts ICE:
     * then the signalling was lost, and the new offer takes the place of the one that nobody will answer.
     */
    CompletionStage<String> offer(boolean restartIce);

    /** SUBSCRIBER: the client's answer to the outstanding offer. */
    CompletionStage<Void> acceptAnswer(String answerSdp);

    /** A candidate line of the client ({@code candidate:…}); empty or null ends the candidates. Unusable ones are counted and ignored. */
    void addCandidate(String candidate);

    // -- what the client publishes (PUBLISHER, SINGLE)

    /** Announces a track: the next offers' sections whose msid track ids are its cids carry it in its codecs. Repeat to change it. */
    void expect(PublicationSpec spec);

    /** Ends a track: subscriptions to it end, its section becomes inactive with the next answer. */
    void unpublish(String trackSid);

    /**
     * As soon as packets of a track come in the codec of that rank, all who subscribe to it get it in that codec, and so does whoever
     * subscribes later. There is no way back.
     */
    void regress(String trackSid, int rank);

    /** While muted, packets of the track go nowhere. */
    void setPublicationMuted(String trackSid, boolean muted);

    /**
     * Loudness of an audio track over the last full window (spec 6.10).
     *
     * @return 0 (silent) to 1 (loudest), linear; 0 for unknown or inactive tracks
     */
    double audioLevel(String trackSid);

    // -- what the client receives (SUBSCRIBER, SINGLE)

    /**
     * Subscribes to a track of another peer. Progress comes as {@link PeerListener#subscription}; SUBSCRIBER peers additionally say
     * {@link PeerListener#offerNeeded}, SINGLE peers {@link PeerListener#sectionsRequired}.
     */
    void subscribe(MediaPeer publisher, SubscriptionSpec spec);

    void unsubscribe(String trackSid);

    /** What the subscriber wants of a subscribed track; remembered if it comes before the subscription. */
    void prefer(String trackSid, TrackPreference preference);

    /** What holds where bandwidth is short; before the first call {@link DownstreamSettings#DEFAULT}. */
    void downstream(DownstreamSettings settings);

    // -- data channels

    /** Sends a message on a well-known channel. Dropped and counted unless the lane is open. */
    void send(DataLane lane, byte[] message);

    /** Whether the lane is open now; {@link PeerListener#laneOpen} tells of the change. */
    boolean isOpen(DataLane lane);

    /** In a tenth of a second or so, together with what others ask. */
    CompletionStage<PeerStats> stats();

    /**
     * The owner is about to be replaced. When the stage completes, the listener has been told everything that it will be told; what
     * happens from then on waits for whoever {@linkplain MediaPlane#adopt adopts} the peer. The connection itself goes on: media flows,
     * and what the other methods do still takes effect. A peer that nobody adopts within 30 s is closed, and so is one for which more
     * has happened than can wait.
     *
     * @return the key by which it is adopted, fit to be written down
     */
    CompletionStage<String> park();

    /** What its client knows of the connection, for a peer on another media plane that is to go on with it. */
    CompletionStage<ConnectionState> describe();

    /** What stands between a subscribed track and the client now, beginning at the publisher; empty if packets flow. */
    CompletionStage<List<Hindrance>> hindrances(String trackSid);

    /** Whether ICE goes over TCP alone, as in {@link PeerSpec#tcpOnly}; from the next ICE restart on. */
    void tcpOnly(boolean tcpOnly);

    /** Ends the connection: data channels and DTLS are closed, subscriptions of others to its tracks end. */
    void close();

    /** @param trackSidByMid which track the client receives in each section, for {@code SessionDescription.mid_to_track_id} */
    record Answer(String sdp, Map<String, String> trackSidByMid) {}

    /**
     * @param flow protocol and addresses of the selected path, for instance {@code UDP 127.0.0.1:7882 <- 127.0.0.1:40000}; empty while there is none
     * @param roundTripMillis by RTCP or ICE, 0 if unknown
     * @param lossFraction of published packets in the last report interval
     */
    record PeerStats(
            PeerState state, String flow, double roundTripMillis, double lossFraction, long packetsIn, long packetsOut, Map<String, Long> drops) {}
}
