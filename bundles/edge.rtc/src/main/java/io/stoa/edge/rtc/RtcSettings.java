package io.stoa.edge.rtc;

/**
 * Limits of the door; 0 = none. Lengths are bytes of UTF-8.
 *
 * @param signalMessageBytes larger frames close the WebSocket with 1009
 * @param tracks in and out, of the node
 * @param bytesPerSecond in and out, of the node
 */
record RtcSettings(int roomNameBytes, int identityBytes, int signalMessageBytes, int tracks, float bytesPerSecond) {
    RtcSettings {
        atLeastZero("maxRoomNameLength", roomNameBytes);
        atLeastZero("maxParticipantIdentityLength", identityBytes);
        atLeastZero("signalMessageSizeLimit", signalMessageBytes);
        atLeastZero("numTracks", tracks);
        atLeastZero("bytesPerSec", bytesPerSecond);
    }

    static RtcSettings of(LimitConfig config) {
        return new RtcSettings(
                config.maxRoomNameLength(),
                config.maxParticipantIdentityLength(),
                config.signalMessageSizeLimit(),
                config.numTracks(),
                config.bytesPerSec());
    }

    private static void atLeastZero(String key, float value) {
        if (!(value >= 0)) throw new IllegalArgumentException("io.stoa.limit " + key + " = " + value + ", allowed 0 (none) or more");
    }
}
