package io.stoa.ice;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The candidates of both sides, the pairs that they make, and which of them is checked next (RFC 8445 section 6.1.2). Both are bounded: what
 * is over is counted and passed over.
 */
final class CheckList implements Iterable<IcePair> {
    private static final int MAX_REMOTE = 64;
    private static final int MAX_PAIRS = 256;

    private final DropCounters drops;
    private final List<IceCandidate> locals = new ArrayList<>();
    private final List<IceCandidate> remotes = new ArrayList<>();
    private final List<IcePair> pairs = new ArrayList<>();
    private final Deque<IcePair> triggered = new ArrayDeque<>();

    /** What everything goes over; it is never dropped for want of room. Null before the first and after a restart. */
    IcePair selected;

    CheckList(DropCounters drops) {
        this.drops = drops;
    }

    @Override
    public Iterator<IcePair> iterator() {
        return Collections.unmodifiableList(pairs).iterator();
    }

    /** When the first check under way is due again. Asked in every turn of a media loop, so without an iterator, which is garbage there. */
    long nextResend() {
        long next = Time.NEVER;
        for (int i = 0; i < pairs.size(); i++) if (pairs.get(i).state == IcePair.State.IN_PROGRESS) next = Time.earlier(next, pairs.get(i).resendAt);
        return next;
    }

    /** Everything but the addresses of ours. */
    void clear() {
        remotes.clear();
        pairs.clear();
        triggered.clear();
        selected = null;
    }

    // -- candidates

    void locals(List<IceCandidate> candidates) {
        locals.clear();
        locals.addAll(candidates);
    }

    List<IceCandidate> remotes() {
        return Collections.unmodifiableList(remotes);
    }

    /** @return false if there is no room for it or it is there */
    boolean addRemote(IceCandidate candidate) {
        if (remotes.size() >= MAX_REMOTE) {
            drops.count(Drop.ICE_CANDIDATE_LIMIT);
            return false;
        }
        if (find(remotes, candidate.protocol(), candidate.address()) != null) return false;
        remotes.add(candidate);
        for (IcePair pair : pairs) pair.announced(candidate);
        return true;
    }

    /** Whether the other side has told that it can be reached there over a relay. */
    boolean isRelay(TransportAddress address) {
        return remotes.stream().anyMatch(theirs -> theirs.type().equals("relay") && theirs.address().equals(address));
    }

    private static IceCandidate find(List<IceCandidate> candidates, Flow.Protocol protocol, TransportAddress address) {
        for (IceCandidate known : candidates) if (known.protocol() == protocol && known.address().equals(address)) return known;
        return null;
    }

    // -- pairs

    /** With every address of ours; TCP is opened by the client. */
    void pairWithLocals(IceCandidate theirs) {
        if (theirs.protocol() == Flow.Protocol.UDP) for (IceCandidate mine : locals) pairOnce(mine, theirs);
    }

    private void pairOnce(IceCandidate mine, IceCandidate theirs) {
        for (IcePair pair : pairs)
            if (pair.local.address().equals(mine.address())
                    && pair.local.protocol() == mine.protocol()
                    && pair.remote.address().equals(theirs.address())) return;
        pair(mine, theirs, null);
    }

    private void pair(IceCandidate mine, IceCandidate theirs, Flow known) {
        if (mine.protocol() != theirs.protocol() || mine.address().isIpv4() != theirs.address().isIpv4()) return;
        if (pairs.size() >= MAX_PAIRS && !evict()) {
            drops.count(Drop.ICE_CANDIDATE_LIMIT);
            return;
        }
        pairs.add(new IcePair(mine, theirs, known));
    }

    /** The oldest pair that is done with and not in use makes room. */
    private boolean evict() {
        for (IcePair pair : pairs) {
            boolean done = pair.state == IcePair.State.FAILED || pair.state == IcePair.State.SUCCEEDED;
            if (done && pair != selected) return pairs.remove(pair);
        }
        return false;
    }

    /**
     * The pair that a request came over, made on the spot if its remote is peer-reflexive (RFC 8445 section 7.3.1.3).
     *
     * @param relay whether it is known to have come over a relay
     */
    IcePair of(Flow flow, long priority, boolean relay) {
        for (IcePair pair : pairs) {
            if (pair.flow == flow) return pair;
            if (pair.flow == null && pair.local.address().equals(flow.local) && pair.remote.address().equals(flow.remote)
                    && pair.local.protocol() == flow.protocol) {
                pair.flow = flow;
                return pair;
            }
        }
        IceCandidate mine = find(locals, flow.protocol, flow.local);
        if (mine == null || mine.address().isIpv4() != flow.remote.isIpv4()) {
            drops.count(Drop.STUN_UNEXPECTED_SOURCE);
            return null;
        }
        pair(mine, theirs(flow, priority, relay), flow);
        return !pairs.isEmpty() && pairs.getLast().flow == flow ? pairs.getLast() : null;
    }

    private IceCandidate theirs(Flow flow, long priority, boolean relay) {
        IceCandidate known = find(remotes, flow.protocol, flow.remote);
        return known != null ? known : new IceCandidate("prflx" + pairs.size(), flow.protocol, priority, flow.remote, relay ? "relay" : "prflx", "", "");
    }

    IcePair ofTransaction(byte[] transaction) {
        for (IcePair pair : pairs) if (pair.transaction != null && Arrays.equals(pair.transaction, transaction)) return pair;
        return null;
    }

    /** The flow's connection ended (TCP): its pairs are of no use any more. */
    void closed(Flow flow) {
        pairs.removeIf(pair -> pair.flow == flow && pair != selected);
    }

    /** For whoever looks for the reason why there is no path. */
    String summary() {
        int[] states = new int[IcePair.State.values().length];
        for (IcePair pair : pairs) states[pair.state.ordinal()]++;
        StringBuilder text = new StringBuilder().append(remotes.size()).append(" candidates, ").append(pairs.size()).append(" pairs");
        for (IcePair.State state : IcePair.State.values()) if (states[state.ordinal()] > 0) text.append(", ").append(states[state.ordinal()]).append(" ").append(state);
        return text.toString();
    }

    // -- what is checked next

    void trigger(IcePair pair) {
        pair.state = IcePair.State.WAITING;
        if (!triggered.contains(pair)) triggered.add(pair);
    }

    /** @return null if nothing waits; once there is a direct path, only what a check of the other side has asked for */
    IcePair next(boolean controlling) {
        IcePair next = triggered.poll();
        return next == null && (selected == null || selected.relayed()) ? bestWaiting(controlling) : next;
    }

    IcePair bestWaiting(boolean controlling) {
        IcePair best = null;
        for (IcePair pair : pairs)
            if (pair.state == IcePair.State.WAITING && (best == null || pair.priority(controlling) > best.priority(controlling))) best = pair;
        return best;
    }

    /** The best of those that have answered, null if none has. */
    IcePair bestWorking(boolean controlling) {
        IcePair best = null;
        for (IcePair pair : pairs) if (pair.works() && (best == null || pair.betterThan(best, controlling))) best = pair;
        return best;
    }
}
