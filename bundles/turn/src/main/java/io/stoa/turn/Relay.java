package io.stoa.turn;

import io.stoa.base.TransportAddress;

/** A relay port: what peers see of a client. Belongs to its server's thread. */
public final class Relay {
    /** Where it is bound. */
    public final TransportAddress bind;

    /** What peers and the client are told. */
    public final TransportAddress relayed;

    /** For the packet output: which socket. Nobody else touches it. */
    public Object socket;

    /** Who relays through it; null while it is being opened or is reserved. */
    Allocation allocation;

    /** For whom it is being opened, null if it is open. */
    Opening opening;

    private boolean closed;

    Relay(TransportAddress bind, TransportAddress relayed) {
        this.bind = bind;
        this.relayed = relayed;
    }

    public boolean isClosed() {
        return closed;
    }

    void closed() {
        closed = true;
        allocation = null;
    }

    @Override
    public String toString() {
        return relayed.toString();
    }
}
