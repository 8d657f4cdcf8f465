package io.stoa.media;

/** The state of a connection: the worst of its ICE and DTLS transports, in the words of the W3C's RTCPeerConnectionState. */
public enum PeerState {
    NEW,
    CONNECTING,
    /** ICE has a path and DTLS is up: media and data can flow. */
    CONNECTED,
    /** No consent for 10 s; may come back by itself. */
    DISCONNECTED,
    /** Only an ICE restart helps. */
    FAILED,
    CLOSED
}
