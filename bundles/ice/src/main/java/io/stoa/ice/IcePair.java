package io.stoa.ice;

import io.stoa.base.Flow;

/** A local and a remote candidate and what is known of the path between them (RFC 8445 section 6.1.2). */
final class IcePair {
    enum State {
        WAITING,
        IN_PROGRESS,
        SUCCEEDED,
        FAILED
    }

    final IceCandidate local;
    IceCandidate remote;
    Flow flow;
    State state = State.WAITING;

    /** The remote (controlling) asked for this pair; it is selected as soon as our own check succeeds. */
    boolean nominateOnSuccess;

    /** We (controlling) have sent USE-CANDIDATE with the check under way. */
    boolean nominating;

    /** By which of our generations the remote knows us on it; null: the one of now. */
    IceCredentials ours;

    /** When a check of ours was last answered with success. */
    long answeredAt;

    /** Of that check. */
    long roundTrip;

    /** When the remote last asked for this pair. */
    long nominatedAt;

    /** Our role in the check under way; a 487 is about that role. */
    boolean askedControlling;

    byte[] transaction;
    long sentAt;
    long resendAt;
    long retransmitNanos;
    int tries;

    IcePair(IceCandidate local, IceCandidate remote, Flow flow) {
        this.local = local;
        this.remote = remote;
        this.flow = flow;
    }

    /** RFC 8445 section 6.1.2.3. */
    long priority(boolean controlling) {
        long g = controlling ? local.priority() : remote.priority();
        long d = controlling ? remote.priority() : local.priority();
        return (Math.min(g, d) << 32) + 2 * Math.max(g, d) + (g > d ? 1 : 0);
    }

    /** Whether checks of ours are answered, as far as is known. */
    boolean works() {
        return state == State.SUCCEEDED || state == State.IN_PROGRESS && nominating;
    }

    /** Whether it is not known yet if there is a path. */
    boolean isOpen() {
        return state == State.WAITING || state == State.IN_PROGRESS;
    }

    /** Whether a TURN server is on the way, as far as is known. */
    boolean relayed() {
        return local.type().equals("relay") || remote.type().equals("relay");
    }

    /** A direct path is, whatever the priorities. */
    boolean betterThan(IcePair other, boolean controlling) {
        return relayed() == other.relayed() ? priority(controlling) > other.priority(controlling) : other.relayed();
    }

    /** What a check came from is told by signalling after it: now its type and priority are known. */
    void announced(IceCandidate candidate) {
        if (remote.protocol() == candidate.protocol() && remote.address().equals(candidate.address())) remote = candidate;
    }

    @Override
    public String toString() {
        return state + " " + local.protocol() + " " + local.address() + " <-> " + remote.address();
    }
}
