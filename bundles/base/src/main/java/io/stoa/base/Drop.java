package io.stoa.base;

/**
 * Every reason for which a packet (or a part of one) goes no further. The wire cannot throw: what is malformed, foreign, late or not
 * wanted gets one of these names and is counted ({@link DropCounters}). Names are shown to operators as they are; a new reason gets a
 * new name at the end of its group.
 */
public enum Drop {
    // arriving
    EMPTY,
    TRUNCATED,
    OVERSIZED,
    UNKNOWN_PROTOCOL,
    UNKNOWN_FLOW,
    FLOW_LIMIT,
    PEER_CLOSED,
    // STUN and ICE
    STUN_MALFORMED,
    STUN_NOT_A_REQUEST_FOR_US,
    STUN_UNKNOWN_USERNAME,
    STUN_BAD_INTEGRITY,
    STUN_BAD_FINGERPRINT,
    STUN_UNKNOWN_TRANSACTION,
    STUN_UNEXPECTED_SOURCE,
    ICE_CANDIDATE_LIMIT,
    // DTLS
    DTLS_MALFORMED,
    DTLS_TOO_EARLY,
    DTLS_QUEUE_FULL,
    DTLS_BAD_RECORD,
    DTLS_FINGERPRINT_MISMATCH,
    // SRTP
    SRTP_TOO_EARLY,
    SRTP_AUTHENTICATION,
    SRTP_REPLAY,
    SRTP_TOO_OLD,
    SRTP_MALFORMED,
    // RTP and RTCP
    RTP_MALFORMED,
    RTP_BAD_VERSION,
    RTP_BAD_EXTENSION,
    RTP_BAD_PADDING,
    RTP_UNKNOWN_SSRC,
    RTP_UNKNOWN_PAYLOAD_TYPE,
    RTP_SSRC_LIMIT,
    RTP_DUPLICATE,
    RTP_TOO_LATE,
    RTP_PADDING_ONLY,
    RTX_MALFORMED,
    RTX_UNMATCHED,
    RTCP_MALFORMED,
    RTCP_UNKNOWN_TYPE,
    RTCP_UNKNOWN_SSRC,
    PAYLOAD_MALFORMED,
    // SCTP and data channels
    SCTP_MALFORMED,
    SCTP_BAD_CHECKSUM,
    SCTP_BAD_TAG,
    SCTP_UNEXPECTED_CHUNK,
    SCTP_BAD_COOKIE,
    SCTP_DUPLICATE_TSN,
    SCTP_BUFFER_FULL,
    SCTP_STREAM_LIMIT,
    SCTP_MESSAGE_TOO_LARGE,
    DCEP_MALFORMED,
    DATA_MALFORMED,
    DATA_NOT_PERMITTED,
    // forwarding
    NO_ENGINE,
    NO_SUBSCRIBER,
    MUTED,
    PAUSED,
    NOT_TARGET_LAYER,
    WAITING_FOR_KEY_FRAME,
    TEMPORAL_LAYER,
    CODEC_MISMATCH,
    OUT_OF_ORDER_BEFORE_SWITCH,
    ENGINE_FAILED,
    LOOP_BEHIND,
    // sending
    NOT_CONNECTED,
    SEND_QUEUE_FULL,
    SEND_FAILED,
    NACK_TOO_OLD,
    NACK_TOO_OFTEN
}
