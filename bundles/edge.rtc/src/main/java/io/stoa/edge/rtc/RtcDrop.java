package io.stoa.edge.rtc;

/** Why a request, a frame or a response went no further. Shown to operators as they are. */
enum RtcDrop {
    REFUSED,
    NO_SIGNAL_SERVER,
    SESSION_NOT_STARTED,
    UPGRADE_FAILED,
    REQUEST_NOT_PROTOBUF,
    REQUEST_NOT_JSON,
    /** The client says more than can wait while there is no signal server. */
    REQUESTS_OVERRUN,
    /** The client does not read. */
    RESPONSES_OVERRUN,
    /** The client had gone when there was something to say; counted once per WebSocket. */
    CLIENT_GONE
}
