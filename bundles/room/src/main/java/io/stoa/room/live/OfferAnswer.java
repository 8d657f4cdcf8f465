package io.stoa.room.live;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.NegotiationState;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.TrickleRequest;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Descriptions and candidates between a client and its connections, in the order that clients expect (spec 4.8, 6.3). Of the
 * server's offers one is outstanding, further needs wait for its answer. Lives on the room's mailbox.
 */
final class OfferAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(OfferAnswer.class);
    static final long NEGOTIATION_MILLIS = 15_000;
    /** Offers of a client that are being answered; one is usual. */
    static final int MAX_OFFERS = 16;
    /** For a client to make the offer of its join request its own, once it has read the join response. */
    static final long OWN_OFFER_MILLIS = 30;

    private final Member member;
    private final MediaPeer publisher;
    private final MediaPeer subscriber;
    private final Map<SignalTarget, String> heldCandidate = new EnumMap<>(SignalTarget.class);
    private final Map<SignalTarget, Integer> describing = new EnumMap<>(SignalTarget.class);
    private final ArrayDeque<SignalResponse.Builder> behindDescription = new ArrayDeque<>();
    private boolean offerOutstanding;
    private long outstandingUntil;
    private boolean offerScheduled;
    private boolean restartScheduled;
    private boolean offerAgain;
    private int offerId;
    private int offerGeneration;
    /** It has been with another node: until it resumes here, an offer would go nowhere. */
    private boolean awaitsClient;

    /** @param publisher the same as {@code subscriber} where there is one connection for both */
    OfferAnswer(Member member, MediaPeer publisher, MediaPeer subscriber, int firstOfferId) {
        this.member = member;
        this.publisher = publisher;
        this.subscriber = subscriber;
        offerId = firstOfferId;
    }

    private boolean single() {
        return publisher == subscriber;
    }

    private ActiveRoom room() {
        return member.room();
    }

    // -- the client offers

    void offer(SessionDescription offer) {
        if (describing.getOrDefault(SignalTarget.PUBLISHER, 0) >= MAX_OFFERS) {
            member.signalling().overrun(member.signalling().generation());
            return;
        }
        describing(SignalTarget.PUBLISHER);
        answerTo(offer);
    }

    /** The join response is out. */
    void offerOfJoinRequest(SessionDescription offer) {
        if (!member.traits().readsBeforeItsOffer()) {
            offer(offer);
            return;
        }
        describing(SignalTarget.PUBLISHER);
        member.residence().after(OWN_OFFER_MILLIS, () -> answerTo(offer));
    }

    private void answerTo(SessionDescription offer) {
        publisher.answer(offer.getSdp()).whenComplete((answer, failure) -> member.post(() -> {
            if (!member.open()) return;
            if (failure != null) {
                LOG.warn("room {}: offer of {} cannot be answered: {}", room().name(), member.identity(), rootMessage(failure));
                member.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
                return;
            }
            member.tell(response -> response.setAnswer(SessionDescription.newBuilder()
                    .setType("answer")
                    .setSdp(answer.sdp())
                    .setId(offer.getId())
                    .putAllMidToTrackId(answer.trackSidByMid())));
            described(SignalTarget.PUBLISHER);
        }));
    }

    private static String rootMessage(Throwable failure) {
        while (failure.getCause() != null) failure = failure.getCause();
        return failure.getMessage();
    }

    // -- the server offers

    void answer(SessionDescription answer) {
        if (single() || stale(answer)) return;
        subscriber.acceptAnswer(answer.getSdp()).whenComplete((done, failure) -> member.post(() -> {
            if (!member.open()) return;
            if (failure != null) LOG.warn("room {}: answer of {} cannot be used: {}", room().name(), member.identity(), rootMessage(failure));
            offerOutstanding = false;
            offerGeneration++;
            if (offerAgain) schedule(false);
        }));
    }

    /** To an offer that another one has followed, because its signalling was lost; its credentials would lead nowhere. Old clients say no id. */
    private boolean stale(SessionDescription answer) {
        boolean nextUnderWay = describing.getOrDefault(SignalTarget.SUBSCRIBER, 0) > 0;
        return answer.getId() != 0 && (nextUnderWay || answer.getId() != offerId - 1);
    }

    /** The first offer of a session. */
    void begin() {
        if (!single()) schedule(false);
    }

    void offerNeeded() {
        schedule(false);
    }

    /** What was outstanding is lost with the signalling that carried it. */
    void resumed() {
        awaitsClient = false;
        if (single()) return;
        offerOutstanding = false;
        schedule(true);
    }

    /** Whatever else the mailbox has for the connection comes first. */
    private void schedule(boolean restartIce) {
        if (awaitsClient || offerScheduled && !restartIce) return;
        offerScheduled = true;
        restartScheduled |= restartIce;
        member.post(() -> {
            offerScheduled = false;
            restartScheduled &= !restartIce;
            if (!member.open()) return;
            if (offerOutstanding && !restartIce) offerAgain = true;
            else send(restartIce);
        });
    }

    private void send(boolean restartIce) {
        offerOutstanding = true;
        offerAgain = false;
        offerGeneration++;
        describing(SignalTarget.SUBSCRIBER);
        subscriber.offer(restartIce).whenComplete((sdp, failure) -> member.post(() -> {
            if (!member.open()) return;
            if (failure != null) {
                offerOutstanding = false;
                LOG.warn("room {}: no offer for {}: {}", room().name(), member.identity(), rootMessage(failure));
                described(SignalTarget.SUBSCRIBER);
                return;
            }
            member.tell(response -> response.setOffer(SessionDescription.newBuilder().setType("offer").setSdp(sdp).setId(offerId++)));
            described(SignalTarget.SUBSCRIBER);
        }));
        expectAnswer(room().millis() + NEGOTIATION_MILLIS);
    }

    private void expectAnswer(long untilMillis) {
        outstandingUntil = untilMillis;
        int generation = offerGeneration;
        member.residence().after(Math.max(1, untilMillis - room().millis()), () -> {
            if (member.open() && offerOutstanding && generation == offerGeneration && member.signalling().open())
                member.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
        });
    }

    // -- between two room managers

    /** No description is under way. */
    boolean settled() {
        return behindDescription.isEmpty() && describing.values().stream().allMatch(count -> count == 0);
    }

    NegotiationState freeze() {
        NegotiationState.Builder state = NegotiationState.newBuilder()
                .setNextOfferId(offerId)
                .setOfferOutstanding(offerOutstanding)
                .setOutstandingUntil(offerOutstanding ? outstandingUntil : 0)
                .setOfferDue(offerScheduled || restartScheduled)
                .setRestartIce(restartScheduled)
                .setOfferAgain(offerAgain)
                .setAwaitsClient(awaitsClient);
        heldCandidate.forEach((target, line) -> state.putHeldCandidates(target.getNumber(), line));
        return state.build();
    }

    void thaw(NegotiationState from) {
        offerId = from.getNextOfferId();
        offerOutstanding = from.getOfferOutstanding();
        offerAgain = from.getOfferAgain();
        awaitsClient = from.getAwaitsClient();
        from.getHeldCandidatesMap().forEach((target, line) -> heldCandidate.put(SignalTarget.forNumber(target), line));
        if (offerOutstanding) expectAnswer(from.getOutstandingUntil());
        if (from.getOfferDue()) schedule(from.getRestartIce());
    }

    /** Where another node has left it; its offers are void, and nobody waits for their answers. */
    void goOn(NegotiationState from) {
        offerId = from.getNextOfferId();
        awaitsClient = true;
    }

    // -- candidates

    /** @return false if it is no candidate */
    boolean trickle(TrickleRequest trickle) {
        MediaPeer peer = single() || trickle.getTarget() == SignalTarget.PUBLISHER ? publisher : subscriber;
        try {
            JsonObject init = JsonParser.parseString(trickle.getCandidateInit()).getAsJsonObject();
            if (init.has("candidate") && !init.get("candidate").isJsonNull()) peer.addCandidate(init.get("candidate").getAsString());
            return true;
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Each goes out when the next one is known, so that the last can say that it is (spec 4.5). */
    void candidate(SignalTarget target, String line, String mid, int index, boolean last) {
        String held = last ? heldCandidate.remove(target) : heldCandidate.put(target, init(line, mid, index));
        if (held == null) return;
        inOrder(target, SignalResponse.newBuilder().setTrickle(TrickleRequest.newBuilder().setCandidateInit(held).setTarget(target).setFinal(last)));
    }

    private static String init(String line, String mid, int index) {
        JsonObject init = new JsonObject();
        init.addProperty("candidate", line);
        init.addProperty("sdpMid", mid);
        init.addProperty("sdpMLineIndex", index);
        init.add("usernameFragment", JsonNull.INSTANCE);
        return init.toString();
    }

    /** What belongs to a description that is still being written goes out behind it. */
    void inOrder(SignalTarget target, SignalResponse.Builder response) {
        if (describing.getOrDefault(target, 0) > 0) behindDescription.add(response);
        else member.send(response);
    }

    private void describing(SignalTarget target) {
        describing.merge(target, 1, Integer::sum);
    }

    private void described(SignalTarget target) {
        describing.merge(target, -1, Integer::sum);
        for (SignalResponse.Builder waiting; (waiting = behindDescription.poll()) != null; ) member.send(waiting);
    }
}
