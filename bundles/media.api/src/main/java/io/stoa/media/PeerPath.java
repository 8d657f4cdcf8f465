package io.stoa.media;

/** Which way a connection's packets take; the later, the further round. */
public enum PeerPath {
    UDP,
    TCP,
    /** Over a TURN server, however the client reaches it. */
    RELAY
}
