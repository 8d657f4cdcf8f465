package io.stoa.simulation;

import io.stoa.base.TransportAddress;

/** Something at an end of the network, driven by its one thread. */
interface Station {
    void receive(long now, TransportAddress local, TransportAddress remote, byte[] datagram);

    /** After the arrivals of a moment were received: handle them, and what is due. */
    void turn(long now);

    long nextWake();

    /** Does what others posted. @return whether there was anything */
    boolean settle(long now);

    /** A handshake has lost something and waits for a retransmission, which keeps real time. */
    boolean lags(long now);

    /** Nothing is under way on another thread. */
    boolean quiescent();
}
