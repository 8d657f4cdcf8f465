package io.stoa.media;

/** The state of a connection: the worst of its ICE and DTLS transports, in the words of the W3C's RTCPeerConnectionState. */
public enum PeerState {
    NEW,
    CONNECTING,
    /** ICE has a path and DTLS is up: media and data can flow. */
    CONNECTED,
    /** No answer to a consent check for 8 s; may come back by itself. */
    DISCONNECTED,
    /** No answer for 30 s, or the client has ended DTLS: only an ICE restart helps. */
    FAILED,
    CLOSED
}
