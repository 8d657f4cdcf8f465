package io.stoa.turn;

/** Numbers of RFC 8489 and RFC 8656. */
final class Turn {
    // methods
    static final int BINDING = 0x001;
    static final int ALLOCATE = 0x003;
    static final int REFRESH = 0x004;
    static final int SEND = 0x006;
    static final int DATA_METHOD = 0x007;
    static final int CREATE_PERMISSION = 0x008;
    static final int CHANNEL_BIND = 0x009;

    // attributes
    static final int USERNAME = 0x0006;
    static final int UNKNOWN_ATTRIBUTES = 0x000a;
    static final int CHANNEL_NUMBER = 0x000c;
    static final int LIFETIME = 0x000d;
    static final int XOR_PEER_ADDRESS = 0x0012;
    static final int DATA = 0x0013;
    static final int REALM = 0x0014;
    static final int NONCE = 0x0015;
    static final int XOR_RELAYED_ADDRESS = 0x0016;
    static final int REQUESTED_ADDRESS_FAMILY = 0x0017;
    static final int EVEN_PORT = 0x0018;
    static final int REQUESTED_TRANSPORT = 0x0019;
    static final int XOR_MAPPED_ADDRESS = 0x0020;
    static final int RESERVATION_TOKEN = 0x0022;
    static final int ADDITIONAL_ADDRESS_FAMILY = 0x8000;
    static final int ADDRESS_ERROR_CODE = 0x8001;
    static final int SOFTWARE = 0x8022;

    static final int FAMILY_IPV4 = 1;
    static final int FAMILY_IPV6 = 2;
    static final int UDP = 17;

    // RFC 8656 section 12 has channels to 0x4fff; clients of RFC 5766 choose from here to 0x7ffe
    static final int FIRST_CHANNEL = 0x4000;
    static final int LAST_CHANNEL = 0x7ffe;
    static final int CHANNEL_HEADER = 4;

    private Turn() {}

    /** Attributes from 0x8000 may be ignored by whoever does not know them. */
    static boolean known(int attribute) {
        return switch (attribute) {
            case USERNAME, CHANNEL_NUMBER, LIFETIME, XOR_PEER_ADDRESS, DATA, REALM, NONCE, REQUESTED_ADDRESS_FAMILY, EVEN_PORT,
                    REQUESTED_TRANSPORT, RESERVATION_TOKEN -> true;
            default -> attribute >= 0x8000;
        };
    }
}
