package io.stoa.room.live;

import io.stoa.media.PeerPath;
import io.stoa.media.PeerState;
import io.stoa.protocol.handover.WayState;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.ReconnectReason;
import io.stoa.protocol.livekit.SignalTarget;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which way a participant's connections take after they have failed: first whatever the network allows, then TCP alone, then TURN over TLS
 * alone (spec 6.12). One way further for a connection that lived shortly, and for two failures in a row; only while the signalling lives, or
 * it is the network that has failed. {@link WaysIn} remembers it. Lives on the room's mailbox.
 */
final class NextWay {
    static final long SHORT_MILLIS = 90_000;
    static final long IN_A_ROW_MILLIS = 60_000;
    static final long SIGNAL_MILLIS = 15_000;

    /** How long an only way may take to connect: clients give up after 15 s, and are to know of another way before. */
    private static final long MIN_ONLY_MILLIS = 5_000;
    static final long MAX_ONLY_MILLIS = 12_000;
    private static final int ROUND_TRIPS = 8;

    private static final Logger LOG = LoggerFactory.getLogger(NextWay.class);

    private final Member member;
    private final Connections connections;
    private final Map<SignalTarget, Long> connectedSince = new EnumMap<>(SignalTarget.class);
    private final Map<SignalTarget, PeerPath> paths = new EnumMap<>(SignalTarget.class);
    /** Connections that have only one way, and until when they are to have taken it. */
    private final Map<SignalTarget, Long> dueUntil = new EnumMap<>(SignalTarget.class);
    private long heardAt;
    private long failedAt;
    private long signalRoundTrip;
    /** What is under way now has led to a decision. */
    private boolean decided;

    NextWay(Member member, Connections connections) {
        this.member = member;
        this.connections = connections;
    }

    // -- what happens

    /** A sign of life of the client, over its signalling. */
    void heard() {
        heard(now());
    }

    /** @param at when it came, which may be a while ago */
    void heard(long at) {
        heardAt = Math.max(heardAt, at);
    }

    /** @param millis as the client has measured it; it may say anything */
    void signalRoundTrip(long millis) {
        if (millis > 0) signalRoundTrip = millis;
    }

    /** The client has answered the first offer, which went out when it joined. */
    void answered() {
        if (signalRoundTrip == 0) signalRoundTrip = Math.max(1, now() - member.info.getJoinedAtMs());
    }

    void path(SignalTarget target, PeerPath path) {
        paths.put(target, path);
    }

    void of(SignalTarget target, PeerState state) {
        switch (state) {
            case CONNECTING -> expect(target);
            case CONNECTED -> {
                connectedSince.putIfAbsent(target, now());
                dueUntil.remove(target);
            }
            case FAILED -> failed(target, false);
            case NEW, DISCONNECTED, CLOSED_BY_CLIENT, CLOSED -> {} // who closes has not failed
        }
    }

    /** The client comes back, and ICE restarts. */
    void resumed(ReconnectReason reason) {
        SignalTarget target = failedOne(reason);
        if (target != null && brief(target)) failed(target, true); // it has noticed first
        if (target != null) connectedSince.replaceAll((connection, since) -> now());
        if (target != null) connectedSince.keySet().removeIf(connection -> !connections.answering().answers(connection));
        decided = false;
        failedAt = 0;
        heard();
        connections.tcpOnly(only() == CandidateProtocol.TCP);
        dueUntil.clear();
        for (SignalTarget connection : paths.keySet()) if (!connections.answering().answers(connection)) expect(connection);
    }

    private SignalTarget failedOne(ReconnectReason reason) {
        return switch (reason) {
            case RR_PUBLISHER_FAILED -> SignalTarget.PUBLISHER;
            case RR_SUBSCRIBER_FAILED -> connections.single() ? SignalTarget.PUBLISHER : SignalTarget.SUBSCRIBER;
            case RR_UNKNOWN, RR_SIGNAL_DISCONNECTED, RR_SWITCH_CANDIDATE, UNRECOGNIZED -> null;
        };
    }

    // -- what follows

    private void failed(SignalTarget target, boolean isBrief) {
        if (!member.room().allowsTcpFallback() || decided) return;
        if (!signalling()) {
            failedAt = 0;
            return;
        }
        boolean inARow = failedAt != 0 && now() - failedAt <= IN_A_ROW_MILLIS;
        boolean lastedShortly = isBrief || brief(target);
        if (!lastedShortly) failedAt = now();
        if (lastedShortly || inARow) decide();
    }

    private boolean brief(SignalTarget target) {
        Long since = connectedSince.get(target);
        return since != null && now() - since < SHORT_MILLIS;
    }

    /** Whether there is signalling; what the server has closed because media failed counts as there. */
    private boolean signalling() {
        return (member.signalling().open() || member.signalling().awaitsResume()) && now() - heardAt < SIGNAL_MILLIS;
    }

    private void decide() {
        CandidateProtocol only = only();
        CandidateProtocol next = next(only);
        if (next == only) return;
        decided = true;
        LOG.info("room {}: connections of {} fail: the next are to take {}", member.room().name(), member.identity(),
                next == CandidateProtocol.UDP ? "any way" : next + " alone");
        member.room().only(member, next);
        connections.tcpOnly(next == CandidateProtocol.TCP);
    }

    /** UDP stands for whatever the network allows. */
    private CandidateProtocol next(CandidateProtocol only) {
        CandidateProtocol afterTcp = member.room().leadsOverTls(member) ? CandidateProtocol.TLS : CandidateProtocol.UDP;
        PeerPath taken = paths.values().stream().max(Enum::compareTo).orElse(null);
        if (taken == PeerPath.RELAY) return only; // there is nothing beyond it
        if (taken == PeerPath.TCP) return afterTcp == CandidateProtocol.TLS ? afterTcp : only;
        return switch (only) {
            case TCP -> afterTcp; // it was not even reached
            case TLS, UNRECOGNIZED -> CandidateProtocol.UDP;
            case UDP -> taken == null ? only : takesTcp() ? CandidateProtocol.TCP : afterTcp;
        };
    }

    private boolean takesTcp() {
        int threshold = member.room().tcpFallbackRttThreshold();
        return member.traits().iceTcp() && (threshold == 0 || signalRoundTrip < threshold);
    }

    // -- an only way that leads nowhere

    private void expect(SignalTarget target) {
        if (only() != CandidateProtocol.UDP && member.room().allowsTcpFallback()) expect(target, now() + patience());
    }

    private long patience() {
        if (only() == CandidateProtocol.TLS) return MAX_ONLY_MILLIS;
        return Math.clamp(ROUND_TRIPS * Math.min(signalRoundTrip, MAX_ONLY_MILLIS), MIN_ONLY_MILLIS, MAX_ONLY_MILLIS);
    }

    private void expect(SignalTarget target, long untilMillis) {
        dueUntil.put(target, untilMillis);
        member.residence().after(Math.max(1, untilMillis - now()), () -> {
            Long due = dueUntil.get(target);
            if (!member.open() || due == null || due != untilMillis || connections.answering().answers(target)) return;
            dueUntil.remove(target);
            if (!member.signalling().open()) return;
            CandidateProtocol before = only();
            failed(target, true);
            if (only() != before) member.signalling().mediaFailed("no connection by " + before + " alone");
        });
    }

    private CandidateProtocol only() {
        return member.room().only(member);
    }

    private long now() {
        return member.room().millis();
    }

    // -- between two room managers

    WayState freeze() {
        WayState.Builder state = WayState.newBuilder()
                .setHeardAt(heardAt)
                .setFailedAt(failedAt)
                .setSignalRoundTrip(signalRoundTrip)
                .setDecided(decided);
        connectedSince.forEach((target, since) -> state.putConnectedSince(target.getNumber(), since));
        dueUntil.forEach((target, until) -> state.putDueUntil(target.getNumber(), until));
        paths.forEach((target, path) -> state.putPaths(target.getNumber(), path.name()));
        return state.build();
    }

    void thaw(WayState from) {
        heardAt = from.getHeardAt();
        failedAt = from.getFailedAt();
        signalRoundTrip = from.getSignalRoundTrip();
        decided = from.getDecided();
        from.getConnectedSinceMap().forEach((target, since) -> connectedSince.put(SignalTarget.forNumber(target), since));
        from.getPathsMap().forEach((target, path) -> paths.put(SignalTarget.forNumber(target), PeerPath.valueOf(path)));
        from.getDueUntilMap().forEach((target, until) -> expect(SignalTarget.forNumber(target), until));
    }
}
