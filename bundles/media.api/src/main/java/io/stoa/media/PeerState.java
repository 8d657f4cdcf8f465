package io.stoa.media;

/** The state of a connection: the worst of its ICE and DTLS transports, in the words of the W3C's RTCPeerConnectionState. */
public enum PeerState {
    NEW,
    CONNECTING,
    /** ICE has a path and DTLS is up: media and data can flow. */
    CONNECTED,
    /** No answer to a consent check for 8 s; may come back by itself. */
    DISCONNECTED,
    /** No answer for 30 s, or no DTLS: only an ICE restart helps. */
    FAILED,
    /** The client has closed it (DTLS close_notify): it leaves, or comes back by another connection. */
    CLOSED_BY_CLIENT,
    CLOSED
}
