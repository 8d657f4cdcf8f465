package io.stoa.edge.rtc;

/** Why a request, a frame or a response went no further. Shown to operators as they are. */
enum RtcDrop {
    REFUSED,
    NO_SIGNAL_SERVER,
    SESSION_NOT_STARTED,
    UPGRADE_FAILED,
    REQUEST_NOT_PROTOBUF,
    REQUEST_NOT_JSON,
    RESPONSES_OVERRUN
}
