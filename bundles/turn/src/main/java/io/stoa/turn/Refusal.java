package io.stoa.turn;

/** Error codes of RFC 8489 section 14.8 and RFC 8656 section 19, with their reason phrases. */
enum Refusal {
    BAD_REQUEST(400, "Bad Request"),
    UNAUTHENTICATED(401, "Unauthenticated"),
    FORBIDDEN(403, "Forbidden"),
    UNKNOWN_ATTRIBUTE(420, "Unknown Attribute"),
    ALLOCATION_MISMATCH(437, "Allocation Mismatch"),
    STALE_NONCE(438, "Stale Nonce"),
    FAMILY_NOT_SUPPORTED(440, "Address Family not Supported"),
    WRONG_CREDENTIALS(441, "Wrong Credentials"),
    TRANSPORT_NOT_SUPPORTED(442, "Unsupported Transport Protocol"),
    PEER_FAMILY_MISMATCH(443, "Peer Address Family Mismatch"),
    QUOTA_REACHED(486, "Allocation Quota Reached"),
    INSUFFICIENT_CAPACITY(508, "Insufficient Capacity");

    final int code;
    final String reason;

    Refusal(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }
}
