package io.stoa.ice;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ice4j.message.Message;

/**
 * An ICE agent, full or lite. One thread; every call brings the time. Start reading at {@link #receive}: a request proves that a path
 * works towards us and triggers a check the other way; an answer to a check makes its pair valid; a nominated valid pair is selected.
 *
 * <p>A lite agent (RFC 8445 section 2.5) is always controlled and asks nothing: what brings a check is valid, what a check nominates is
 * selected at once, and the client's consent is what it keeps sending ({@link #heard}).
 */
public final class IceAgent {
    private static final int MAX_TRIES = 7;

    /** Nominations closer together than this are those of one round of checks: the better pair wins, not the later. */
    private static final long SAME_ROUND = Time.SECOND;

    private static final long MAX_RETRANSMIT = 1_600 * Time.MILLI;

    private final IceSettings settings;
    private final boolean lite;
    private final RandomGenerator random;
    private final IceHandler handler;
    private final DropCounters drops = new DropCounters();
    private final Stun stun = new Stun();
    private final long tieBreaker;
    private final CheckList pairs = new CheckList(drops);
    private final Nomination nomination;
    private final Consents consents = new Consents();

    private boolean controlling;
    private int round;
    /** Checks of the other side since the last restart. */
    private int asked;
    private IceCredentials local;
    private IceCredentials previousLocal;
    private IceCredentials remote;
    private IceState state = IceState.NEW;
    /** Of the pair that was selected before a restart. */
    private boolean relayed;
    private Flow selected;
    private long nextConsent = Time.NEVER;
    private long heardAt;
    private long roundTrip;
    private long nextCheck = Time.NEVER;
    private long startedAt;
    private long checksUntil = Time.NEVER;
    /** When a check of the generation before the restart came over what was selected then. */
    private long heardBeforeAt;

    /** A full agent. */
    public IceAgent(IceSettings settings, boolean controlling, RandomGenerator random, IceHandler handler) {
        this(settings, false, controlling, random, handler);
    }

    private IceAgent(IceSettings settings, boolean lite, boolean controlling, RandomGenerator random, IceHandler handler) {
        this.settings = settings;
        this.lite = lite;
        this.controlling = controlling;
        this.random = random;
        this.handler = handler;
        nomination = new Nomination(settings, pairs);
        tieBreaker = random.nextLong() | 1;
        local = IceCredentials.generate(random);
    }

    public static IceAgent lite(IceSettings settings, RandomGenerator random, IceHandler handler) {
        return new IceAgent(settings, true, false, random, handler);
    }

    /** The other side's description says {@code a=ice-lite}: a full agent controls (RFC 8445 section 6.1.1). */
    public void facesLite() {
        controlling = !lite;
    }

    /**
     * What the other side was nominated by another agent of ours, of lower rounds, it is to leave at once: it would hold on to it as long as
     * something comes from there.
     *
     * @param round from 2 on; a first agent is in the first round, and does not say so
     */
    public void nominatesInRound(int round) {
        this.round = round;
    }

    /** What its descriptions have to say ({@code a=ice-lite}). */
    public boolean lite() {
        return lite;
    }

    public IceCredentials local() {
        return local;
    }

    /** Whether a request with this fragment of ours is for this agent; true for the generation before a restart too. */
    public boolean claims(String ufrag) {
        return local.ufrag().equals(ufrag) || previousLocal != null && previousLocal.ufrag().equals(ufrag);
    }

    public IceState state() {
        return state;
    }

    public Flow selected() {
        return selected;
    }

    /**
     * Where what must be sent may be sent: what is selected, before that the best of what has answered (RFC 8445 section 12.1.1); null while
     * there is neither.
     */
    public Flow usable() {
        if (selected != null || lite) return selected;
        IcePair best = pairs.bestWorking(controlling);
        return best == null ? null : best.flow;
    }

    /** Whether what is selected leads over a TURN server, as far as is known. */
    public boolean relayed() {
        return pairs.selected == null ? relayed : pairs.selected.relayed();
    }

    public DropCounters drops() {
        return drops;
    }

    /** Of the last answered check, 0 before the first. */
    public long roundTripNanos() {
        return roundTrip;
    }

    public void localCandidates(List<IceCandidate> candidates) {
        pairs.locals(candidates);
        for (IceCandidate theirs : pairs.remotes()) pairToCheck(theirs);
        if (remote != null && nextCheck == Time.NEVER && pairs.bestWaiting(controlling) != null) nextCheck = startedAt; // due at the next wake-up
    }

    public boolean hasRemote() {
        return remote != null;
    }

    /** The other side's credentials; others than before mean that it restarted. */
    public void remoteCredentials(long now, IceCredentials credentials) {
        if (credentials.equals(remote)) return;
        remote = credentials;
        for (IcePair pair : pairs) if (pair.state == IcePair.State.FAILED) pair.state = IcePair.State.WAITING;
        begin(now);
    }

    public void addRemote(long now, IceCandidate candidate) {
        if (!pairs.addRemote(candidate)) return;
        pairToCheck(candidate);
        begin(now);
    }

    /**
     * New local credentials (RFC 8445 section 9): all pairs are checked anew, what was selected carries on until something new is.
     */
    public IceCredentials restart(long now) {
        if (state == IceState.CLOSED) return local;
        relayed = relayed();
        asked = 0;
        previousLocal = pairs.selected != null && pairs.selected.ours != null ? pairs.selected.ours : local;
        local = IceCredentials.generate(random);
        remote = null;
        pairs.clear();
        consents.clear();
        nextConsent = Time.NEVER;
        nextCheck = Time.NEVER;
        if (state != IceState.NEW) become(IceState.CHECKING, "restarted");
        heardBeforeAt = heardAt;
        startsChecking(now);
        return local;
    }

    public void close() {
        become(IceState.CLOSED, "closed");
        nextCheck = nextConsent = Time.NEVER;
    }

    // -- what arrives

    public void receive(long now, Flow flow, byte[] bytes, int offset, int length) {
        if (state == IceState.CLOSED) return;
        Stun.Decoded decoded = stun.decode(bytes, offset, length);
        if (decoded.drop() != null) {
            drops.count(decoded.drop());
            return;
        }
        Stun.Received message = decoded.message();
        switch (message.kind()) {
            case Message.BINDING_REQUEST -> request(now, flow, message);
            case Message.BINDING_SUCCESS_RESPONSE, Message.BINDING_ERROR_RESPONSE -> answer(now, flow, message);
            case Message.BINDING_INDICATION -> {} // a keep-alive
            default -> drops.count(Drop.STUN_NOT_A_REQUEST_FOR_US);
        }
    }

    private void request(long now, Flow flow, Stun.Received message) {
        int colon = message.username().indexOf(':');
        String ufrag = colon < 0 ? "" : message.username().substring(0, colon);
        if (!claims(ufrag)) {
            drops.count(Drop.STUN_UNKNOWN_USERNAME);
            return;
        }
        boolean current = local.ufrag().equals(ufrag);
        String password = current ? local.password() : previousLocal.password();
        if (!stun.integrityFits(password)) {
            drops.count(Drop.STUN_BAD_INTEGRITY);
            return;
        }
        handler.verified(flow);
        if (current) asked++;
        if (message.hasRole() && message.controlling() == controlling && !settleRole(flow, message, password)) return;
        if (current && isTooEarly(now, flow)) {
            drops.count(Drop.ICE_RELAY_TOO_EARLY);
            return;
        }
        send(flow, stun.success(message.transaction(), flow.remote, password));
        if (!current) {
            if (flow == selected) heardBeforeAt = now;
            if (!isAhead(message)) return;
        }
        begin(now);
        IcePair pair = pairs.of(flow, message.priority(), handler.isRelay(flow.remote));
        if (pair == null) return;
        pair.ours = current ? null : previousLocal;
        if (lite) valid(now, pair);
        if (message.useCandidate() && !controlling) nominated(now, pair);
        if (!lite && tellsSomething(pair)) trigger(now, pair);
    }

    /**
     * A restarted client may pair its new addresses with ours of before while it waits for our description, and stay with that: Chromium then checks
     * no other. Such a path is as good as any, if it is checked by the names that the client has for both ends.
     */
    private boolean isAhead(Stun.Received message) {
        return remote != null && message.username().endsWith(":" + remote.ufrag());
    }

    /** RFC 8445 section 7.3.2: where a check came from, a lite agent may send to. */
    private void valid(long now, IcePair pair) {
        pair.state = IcePair.State.SUCCEEDED;
        pair.answeredAt = now;
        heard(now, pair.flow);
    }

    /**
     * Something came over the flow that only the client can have sent. A lite agent, which does not ask, takes it for the consent to send
     * on, as long as it is the flow that it sends over; a full agent asks (RFC 7675).
     */
    public void heard(long now, Flow flow) {
        if (!lite || pairs.selected == null || pairs.selected.flow != flow) return;
        heardAt = now;
        if (state == IceState.DISCONNECTED) become(IceState.CONNECTED, "the client is back");
    }

    /** A relay that is near answers before a connection is open. The client asks again, and whoever controls has time to. */
    private boolean isTooEarly(long now, Flow flow) {
        boolean early = state == IceState.CHECKING && now - startedAt < settings.headStartNanos();
        return early && pairs.selected == null && (pairs.isRelay(flow.remote) || handler.isRelay(flow.remote));
    }

    /** Whether a check back would tell more than is known. */
    private boolean tellsSomething(IcePair pair) {
        return switch (pair.state) {
            case WAITING, FAILED -> true;
            case IN_PROGRESS -> false;
            case SUCCEEDED -> controlling && silent() && pair != pairs.selected && pair.answeredAt - heardAt <= 0;
        };
    }

    /** RFC 8445 section 7.3.1.1; whoever faces a lite agent controls. @return false if the other side has to change its role */
    private boolean settleRole(Flow flow, Stun.Received message, String password) {
        boolean keep = lite || (controlling
                ? Long.compareUnsigned(tieBreaker, message.tieBreaker()) >= 0
                : Long.compareUnsigned(tieBreaker, message.tieBreaker()) < 0);
        if (!keep) {
            controlling = !controlling;
            return true;
        }
        send(flow, stun.error(message.transaction(), 487, "Role Conflict", password));
        return false;
    }

    /** A nomination selects what was proved lately; else it is a question, and the answer to our own check selects. */
    private void nominated(long now, IcePair pair) {
        pair.nominatedAt = now;
        if (pair == pairs.selected && state == IceState.CONNECTED) return;
        if (pair.state == IcePair.State.SUCCEEDED && now - pair.answeredAt < settings.consentNanos()) {
            selectNominated(now, pair);
        } else {
            pair.nominateOnSuccess = true;
            if (pair.state == IcePair.State.SUCCEEDED) trigger(now, pair);
        }
    }

    /** Aggressive nominators ask for every pair in one round, then the best counts; a worse pair later is a decision of theirs. */
    private void selectNominated(long now, IcePair pair) {
        pair.nominateOnSuccess = false;
        boolean sameRound = pairs.selected != null && state == IceState.CONNECTED && now - pairs.selected.nominatedAt < SAME_ROUND;
        if (sameRound && pairs.selected.betterThan(pair, controlling)) return;
        select(now, pair);
    }

    private void answer(long now, Flow flow, Stun.Received message) {
        if (remote == null || !stun.integrityFits(remote.password())) {
            drops.count(remote == null ? Drop.STUN_UNKNOWN_TRANSACTION : Drop.STUN_BAD_INTEGRITY);
            return;
        }
        if (consented(now, flow, message)) return;
        IcePair pair = pairs.ofTransaction(message.transaction());
        if (pair == null) {
            drops.count(Drop.STUN_UNKNOWN_TRANSACTION);
            return;
        }
        if (pair.flow != flow) { // RFC 8445 section 7.2.5.2.1: not symmetric, so not usable
            drops.count(Drop.STUN_UNEXPECTED_SOURCE);
            pair.state = IcePair.State.FAILED;
            return;
        }
        if (message.kind() == Message.BINDING_ERROR_RESPONSE) refused(now, pair, message.errorCode());
        else succeeded(now, pair);
    }

    private void refused(long now, IcePair pair, int code) {
        pair.transaction = null;
        if (code == 487) {
            if (controlling == pair.askedControlling) controlling = !controlling;
            trigger(now, pair);
        } else {
            pair.state = IcePair.State.FAILED;
        }
    }

    private void succeeded(long now, IcePair pair) {
        roundTrip = pair.roundTrip = now - pair.sentAt;
        pair.transaction = null;
        pair.state = IcePair.State.SUCCEEDED;
        pair.answeredAt = now;
        handler.verified(pair.flow);
        if (controlling) {
            if (pair.nominating && (pairs.selected == null || silent() || !pair.relayed() || pairs.selected.relayed())) select(now, pair);
        } else if (pair.nominateOnSuccess) {
            selectNominated(now, pair);
        }
    }

    /** RFC 7675 section 5.1: consent is a success over the selected flow. @return whether the answer was to a consent check */
    private boolean consented(long now, Flow flow, Stun.Received message) {
        long sentAt = consents.sentAt(message.transaction());
        if (sentAt == Consents.UNKNOWN) return false;
        if (message.kind() == Message.BINDING_SUCCESS_RESPONSE && flow == pairs.selected.flow) {
            roundTrip = now - sentAt;
            heardAt = pairs.selected.answeredAt = now;
            consents.clear();
            if (state == IceState.DISCONNECTED) become(IceState.CONNECTED, "consent is back");
        } else if (flow != pairs.selected.flow) {
            drops.count(Drop.STUN_UNEXPECTED_SOURCE);
        }
        return true;
    }

    private void select(long now, IcePair pair) {
        heardAt = pair.answeredAt;
        if (pairs.selected != pair || nextConsent == Time.NEVER) {
            pairs.selected = pair;
            consents.clear();
            nextConsent = Time.onBeat(now + settings.consentNanos());
            if (selected != pair.flow) {
                selected = pair.flow;
                handler.selected(selected);
            }
        }
        if (state != IceState.CONNECTED) become(IceState.CONNECTED, pair.flow.toString());
    }

    /** A lite agent's pairs are those that the other side checks. */
    private void pairToCheck(IceCandidate theirs) {
        if (!lite) pairs.pairWithLocals(theirs);
    }

    // -- time

    private void begin(long now) {
        if (state == IceState.NEW) {
            startsChecking(now);
            become(IceState.CHECKING, "checking");
        }
        if (!lite && remote != null && nextCheck == Time.NEVER) nextCheck = now;
    }

    private void startsChecking(long now) {
        startedAt = now;
        checksUntil = now + settings.checkingNanos();
    }

    private void trigger(long now, IcePair pair) {
        pairs.trigger(pair);
        if (remote != null) {
            nextCheck = now;
            wake(now);
        }
    }

    public void wake(long now) {
        if (state == IceState.CLOSED) return;
        if (Time.due(nextCheck, now)) check(now);
        for (IcePair pair : pairs) if (pair.state == IcePair.State.IN_PROGRESS && Time.due(pair.resendAt, now)) resend(now, pair);
        if (Time.due(nominationDue(), now)) start(now, nomination.best(silent(), heardAt), true);
        if (Time.due(nextConsent, now)) consent(now);
        if (state == IceState.CHECKING && Time.due(checksUntil, now)) checkedLongEnough(now);
    }

    /**
     * What is selected carries on until something new is (RFC 8445 section 9): as long as the client checks it by the names of before the
     * restart, it has a path.
     */
    private void checkedLongEnough(long now) {
        if (selected != null && now - heardBeforeAt < settings.disconnectedNanos()) {
            checksUntil = heardBeforeAt + settings.disconnectedNanos();
            return;
        }
        String described = remote == null ? "it has described nothing, " : "";
        long seconds = (now - startedAt) / Time.SECOND;
        become(IceState.FAILED, "no path to the client was found within " + seconds + " s: " + described + asked + " checks of it, " + pairs.summary());
    }

    public long nextWake() {
        if (state == IceState.CLOSED) return Time.NEVER;
        long next = Time.earlier(Time.earlier(nextCheck, nextConsent), Time.earlier(nominationDue(), pairs.nextResend()));
        return state == IceState.CHECKING ? Time.earlier(next, checksUntil) : next;
    }

    private void check(long now) {
        IcePair next = pairs.next(controlling);
        if (next == null) {
            nextCheck = Time.NEVER;
            return;
        }
        nextCheck = now + settings.paceNanos();
        start(now, next, false);
    }

    private void start(long now, IcePair pair, boolean nominate) {
        if (pair.flow == null) pair.flow = handler.flow(pair.local.protocol(), pair.local.address(), pair.remote.address());
        if (pair.flow == null) {
            pair.state = IcePair.State.FAILED;
            return;
        }
        pair.state = IcePair.State.IN_PROGRESS;
        pair.nominating = nominate;
        pair.askedControlling = controlling;
        pair.transaction = newTransaction();
        pair.tries = 0;
        pair.retransmitNanos = settings.retransmitNanos();
        transmit(now, pair);
    }

    private void transmit(long now, IcePair pair) {
        pair.tries++;
        pair.sentAt = now;
        pair.resendAt = now + pair.retransmitNanos;
        pair.retransmitNanos = Math.min(pair.retransmitNanos * 2, MAX_RETRANSMIT);
        send(pair.flow, request(pair.transaction, pair, pair.nominating));
    }

    private byte[] request(byte[] transaction, IcePair pair, boolean nominate) {
        IceCredentials ours = pair.ours == null ? local : pair.ours;
        return stun.request(
                transaction,
                remote.ufrag() + ":" + ours.ufrag(),
                remote.password(),
                IceCandidate.peerReflexivePriority(pair.local.priority()),
                controlling,
                tieBreaker,
                nominate,
                round);
    }

    private void resend(long now, IcePair pair) {
        if (pair.tries >= MAX_TRIES) {
            pair.state = IcePair.State.FAILED;
            pair.transaction = null;
            if (pair.nominating && pairs.selected == null) nominationLost(now, pair);
        } else {
            transmit(now, pair);
        }
    }

    // -- nomination by us, the controlling side

    private long nominationDue() {
        return controlling ? nomination.due(silent(), heardAt) : Time.NEVER;
    }

    private boolean silent() {
        return state == IceState.DISCONNECTED;
    }

    /** The next best valid pair is asked for; this one may try again, for the path may only be lossy. */
    private void nominationLost(long now, IcePair pair) {
        pair.state = IcePair.State.WAITING;
        nextCheck = now;
    }

    // -- consent

    private void consent(long now) {
        long silent = now - heardAt;
        String reason = (lite ? "nothing" : "no answer") + " from the client for " + silent / Time.SECOND + " s";
        if (silent >= settings.disconnectedNanos() && state == IceState.CONNECTED) {
            become(IceState.DISCONNECTED, reason); // never straight to the end: it may be us who slept
        } else if (silent >= settings.disconnectedNanos() + settings.failedNanos()) {
            nextConsent = Time.NEVER;
            become(IceState.FAILED, reason);
            return;
        }
        nextConsent = Time.earlier(Time.onBeat(now + settings.consentNanos()), silenceCountsAt(now));
        if (lite) return;
        byte[] transaction = newTransaction();
        consents.add(transaction, now);
        send(pairs.selected.flow, request(transaction, pairs.selected, false));
    }

    /** When the next of the two bounds on silence is reached, which is between two consent checks; NEVER if it was passed unnoticed. */
    private long silenceCountsAt(long now) {
        long at = heardAt + settings.disconnectedNanos() + (state == IceState.DISCONNECTED ? settings.failedNanos() : 0);
        return at - now > 0 ? at : Time.NEVER;
    }

    /** The flow's connection ended (TCP): its pairs are of no use any more. */
    public void flowClosed(long now, Flow flow) {
        pairs.closed(flow);
        if (pairs.selected != null && pairs.selected.flow == flow) {
            heardAt = now - settings.disconnectedNanos();
            nextConsent = now;
        }
    }

    private void send(Flow flow, byte[] message) {
        handler.send(flow, message, 0, message.length);
    }

    private byte[] newTransaction() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return id;
    }

    private void become(IceState next, String reason) {
        if (state == next) return;
        if (!state.mayBecome(next)) throw new IllegalStateException(state + " may not become " + next);
        state = next;
        handler.stateChanged(next, reason);
    }
}
